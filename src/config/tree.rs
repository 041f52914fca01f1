//! Places in a TOML tree, such as `imap.port` or `opd.1.code`: found by where they are written, and
//! mended so that what stands behind a mistake can be read too.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The place of the key or the value that is written at `span`.
pub(super) fn place_of(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let found = if key.span() == *span { Some(String::new()) } else { place_within(value, span) };
        found.map(|below| joined(key.get_ref(), &below))
    })
}

fn place_within(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<String> {
    if value.span() == *span {
        return Some(String::new());
    }
    if let Some(table) = value.get_ref().as_table() {
        return place_of(table, span);
    }
    let mut items = value.get_ref().as_array()?.iter().enumerate();
    items.find_map(|(index, item)| Some(joined(&index.to_string(), &place_within(item, span)?)))
}

fn joined(step: &str, below: &str) -> String {
    if below.is_empty() { step.to_owned() } else { format!("{step}.{below}") }
}

/// Where a place is written: its key, of an item in a list the item; the nearest one around it if
/// there is no such place.
pub(super) fn span_of(table: &DeTable<'_>, place: &str) -> Option<Range<usize>> {
    let (step, below) = divided(place);
    let (key, value) = table.get_key_value(step)?;
    Some(span_within(value, below).unwrap_or_else(|| key.span()))
}

fn span_within(value: &Spanned<DeValue<'_>>, place: &str) -> Option<Range<usize>> {
    if let Some(table) = value.get_ref().as_table() {
        return span_of(table, place);
    }
    let (step, below) = divided(place);
    let item = value.get_ref().as_array()?.get(step.parse::<usize>().ok()?)?;
    Some(span_within(item, below).unwrap_or_else(|| item.span()))
}

/// The keys of a place, without positions in lists.
pub(super) fn keys_of(place: &str) -> String {
    let keys: Vec<&str> = place.split('.').filter(|step| step.parse::<usize>().is_err()).collect();
    keys.join(".")
}

/// Gives a key another name, or takes it out if there is none or that name is taken. Whether there
/// was such a key.
pub(super) fn rename(table: &mut DeTable<'_>, place: &str, name: Option<&str>) -> bool {
    let (around, key) = place.rsplit_once('.').unwrap_or(("", place));
    let Some(table) = table_at(table, around) else { return false };
    let Some((key, value)) = table.remove_entry(key) else { return false };
    if let Some(name) = name.filter(|name| !table.contains_key(*name)) {
        table.insert(Spanned::new(key.span(), Cow::Owned(name.to_owned())), value);
    }
    true
}

/// Puts the value another table has at a place there. Of a list, which has no like elsewhere, the
/// item is taken out. Whether anything was done.
pub(super) fn restore<'i>(table: &mut DeTable<'i>, place: &str, like: &DeTable<'i>) -> bool {
    let steps: Vec<&str> = place.split('.').collect();
    if let Some(at) = steps.iter().position(|step| step.parse::<usize>().is_ok()) {
        return remove_item(table, &steps[..at], steps[at]);
    }
    let (around, key) = place.rsplit_once('.').unwrap_or(("", place));
    let value = like.get(steps[0]).and_then(|value| match steps.get(1) {
        Some(key) => value.get_ref().as_table()?.get(*key),
        None => Some(value),
    });
    let (Some(value), Some(table)) = (value, table_at(table, around)) else { return false };
    table.insert(Spanned::new(0..0, Cow::Owned(key.to_owned())), value.clone());
    true
}

fn remove_item(table: &mut DeTable<'_>, around: &[&str], index: &str) -> bool {
    let Some((list, around)) = around.split_last() else { return false };
    let list = table_at(table, &around.join(".")).and_then(|table| table.get_mut(*list));
    let (Some(DeValue::Array(items)), Ok(index)) = (list.map(Spanned::get_mut), index.parse::<usize>()) else {
        return false;
    };
    let kept = items.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, item)| item.clone());
    *items = kept.collect();
    true
}

/// The table at a place; the whole if the place is empty.
pub(super) fn table_at<'t, 'i>(table: &'t mut DeTable<'i>, place: &str) -> Option<&'t mut DeTable<'i>> {
    if place.is_empty() {
        return Some(table);
    }
    let (step, below) = divided(place);
    table_within(table.get_mut(step)?, below)
}

fn table_within<'t, 'i>(value: &'t mut Spanned<DeValue<'i>>, place: &str) -> Option<&'t mut DeTable<'i>> {
    if value.get_ref().is_array() {
        let DeValue::Array(items) = value.get_mut() else { return None };
        let (step, below) = divided(place);
        return table_within(items.get_mut(step.parse::<usize>().ok()?)?, below);
    }
    if let DeValue::Table(table) = value.get_mut() { table_at(table, place) } else { None }
}

fn divided(place: &str) -> (&str, &str) {
    place.split_once('.').unwrap_or((place, ""))
}
