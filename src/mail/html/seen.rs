//! What a person would not see (case 44), and what a mail program shows as a quote.

use super::token::Tag;

/// The declarations of an element's style, without white space and in lower case.
pub(super) struct Style(String);

impl Style {
    pub(super) fn of(tag: &Tag<'_>) -> Style {
        let style = tag.attribute("style").unwrap_or("");
        Style(style.to_ascii_lowercase().split_whitespace().collect())
    }

    fn values<'a>(&'a self, property: &'a str) -> impl Iterator<Item = &'a str> {
        let declarations = self.0.split(';').filter_map(|declaration| declaration.split_once(':'));
        declarations.filter(move |(name, _)| *name == property).map(|(_, value)| value.trim_end_matches("!important"))
    }

    fn declares(&self, property: &str, values: &[&str]) -> bool {
        self.values(property).any(|value| values.contains(&value))
    }

    fn is_nought(&self, property: &str) -> bool {
        self.declares(property, &["0", "0px", "0pt", "0em", "0%", "0.0", "0.00"])
    }

    fn is_far_away(&self, property: &str) -> bool {
        self.values(property).any(|value| {
            let digits =
                value.strip_prefix('-').map_or(0, |value| value.bytes().take_while(u8::is_ascii_digit).count());
            digits >= 3
        })
    }
}

const WHITE: &[&str] = &["white", "#fff", "#ffffff", "rgb(255,255,255)", "#fefefe", "#fffffe", "transparent"];

/// Whether a person would not see an element. White on white is not seen, white on a button is:
/// `on_colour` says that something around it has a background.
pub(super) fn is_hidden(tag: &Tag<'_>, style: &Style, on_colour: bool) -> bool {
    if matches!(tag.name.as_str(), "head" | "template" | "noframes" | "object" | "svg" | "math") || tag.has("hidden") {
        return true;
    }
    let white = style.declares("color", WHITE)
        || (tag.name == "font"
            && tag.attribute("color").is_some_and(|color| WHITE.contains(&color.to_ascii_lowercase().as_str())));
    style.declares("display", &["none"])
        || style.declares("visibility", &["hidden", "collapse"])
        || style.declares("mso-hide", &["all"])
        || style.is_nought("font-size")
        || style.declares("font-size", &["1px", "0.1px", "1pt"])
        || style.is_nought("opacity")
        || style.is_nought("max-height")
        || style.is_nought("max-width")
        || (style.is_nought("height") && style.declares("overflow", &["hidden"]))
        || style.is_far_away("text-indent")
        || (style.declares("position", &["absolute", "fixed"])
            && (style.is_far_away("left") || style.is_far_away("top")))
        || (white && !on_colour)
}

/// Whether an element has a background of its own that is not white.
pub(super) fn is_coloured(tag: &Tag<'_>, style: &Style) -> bool {
    let colour = |value: &str| {
        let value = value.to_ascii_lowercase();
        !value.is_empty() && value != "none" && value != "inherit" && !WHITE.contains(&value.as_str())
    };
    tag.attribute("bgcolor").is_some_and(colour)
        || tag.attribute("background").is_some_and(colour)
        || ["background", "background-color", "background-image"]
            .iter()
            .any(|property| style.values(property).any(colour))
}

/// Whether a `blockquote` quotes. Editors indent with it too, and then say that it has no border.
pub(super) fn is_quote(tag: &Tag<'_>, style: &Style) -> bool {
    let cited = tag.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("cite"))
        || tag.attribute("class").is_some_and(|class| class.contains("quote"));
    let indents = style.declares("border", &["none", "medium none", "mediumnone"])
        || style.declares("margin", &["000040px", "0px0px0px40px"]);
    cited || !indents
}
