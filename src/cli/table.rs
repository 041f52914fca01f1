//! Lists: columns as wide as they must be, on a terminal never wider than it is.

use std::io::{self, Write};

use crate::cli::terminal::{clipped, plain, width};

/// One column of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    heading: &'static str,
    fit: Fit,
}

/// What a column gives up where there is little room.
#[derive(Debug, Clone, Copy)]
enum Fit {
    /// Nothing.
    Whole,
    /// The ends of its cells, down to that width.
    Cut(usize),
    /// The same, and then itself.
    Spare(usize),
}

impl Column {
    /// A column whose cells are shown whole.
    pub(super) const fn whole(heading: &'static str) -> Column {
        Column { heading, fit: Fit::Whole }
    }

    /// A column whose cells may be cut down to that width.
    pub(super) const fn cut(heading: &'static str, least: usize) -> Column {
        Column { heading, fit: Fit::Cut(least) }
    }

    /// A column that is left out where it cannot have that width.
    pub(super) const fn spare(heading: &'static str, least: usize) -> Column {
        Column { heading, fit: Fit::Spare(least) }
    }

    fn least(self, natural: usize) -> usize {
        match self.fit {
            Fit::Whole => natural,
            Fit::Cut(least) | Fit::Spare(least) => least.max(width(self.heading)).min(natural),
        }
    }
}

/// Between two columns.
const GAP: usize = 2;

/// Writes rows below their headings, on a terminal of so many columns; whole where there is none.
/// The first column, without a heading, holds a mark for what needs a person.
pub(super) fn write(
    out: &mut impl Write,
    terminal: Option<usize>,
    columns: &[Column],
    rows: &[Vec<String>],
) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let natural = |(index, column): (usize, &Column)| {
        let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| width(cell));
        cells.chain([width(column.heading)]).max().unwrap_or(0)
    };
    let natural: Vec<usize> = columns.iter().enumerate().map(natural).collect();
    let widths = match terminal {
        Some(room) => fitted(columns, &natural, room),
        None => natural.into_iter().map(Some).collect(),
    };
    let headings: Vec<String> = columns.iter().map(|column| column.heading.to_owned()).collect();
    for row in std::iter::once(&headings).chain(&rows) {
        let cells = row.iter().zip(&widths).filter_map(|(cell, room)| Some((cell, (*room)?)));
        let cells: Vec<String> = cells
            .map(|(cell, room)| {
                let shown = clipped(cell, room);
                let blank = " ".repeat(room.saturating_sub(width(&shown)));
                shown + &blank
            })
            .collect();
        let line = cells.join(&" ".repeat(GAP));
        let line = line.trim_end();
        writeln!(out, "{}", terminal.map_or_else(|| line.to_owned(), |room| clipped(line, room)))?;
    }
    Ok(())
}

/// The widths with which a list fits; `None` for a column that is left out.
fn fitted(columns: &[Column], natural: &[usize], room: usize) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = natural.iter().copied().map(Some).collect();
    let least: Vec<usize> = columns.iter().zip(natural).map(|(column, natural)| column.least(*natural)).collect();
    let total = |widths: &[Option<usize>]| {
        let shown = widths.iter().flatten().count();
        widths.iter().flatten().sum::<usize>() + GAP * shown.saturating_sub(1)
    };
    // The columns to spare go from the right, until the least widths of the others fit.
    for (index, column) in columns.iter().enumerate().rev() {
        let smallest: Vec<Option<usize>> =
            widths.iter().zip(&least).map(|(width, least)| width.map(|_| *least)).collect();
        if matches!(column.fit, Fit::Spare(_)) && total(&smallest) > room {
            widths[index] = None;
        }
    }
    while total(&widths) > room {
        let excess = |index: &usize| widths[*index].map_or(0, |width| width.saturating_sub(least[*index]));
        let Some(widest) = (0..widths.len()).max_by_key(excess).filter(|index| excess(index) > 0) else { break };
        widths[widest] = widths[widest].map(|width| width - 1);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] =
        &[Column::whole(""), Column::whole("NUMBER"), Column::spare("REPORTER", 12), Column::cut("SUBJECT", 16)];

    fn listed(terminal: Option<usize>, subject: &str) -> String {
        let rows = [["!", "CIAMIS-2026-0001", "budi.santoso@warga.example", subject], [" ", "2", "a@b.example", "ok"]];
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let mut out = Vec::new();
        write(&mut out, terminal, COLUMNS, &rows).expect("write");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_list_fits_whatever_terminal_it_is_on() {
        for subject in
            ["Situs Dinas Kesehatan disusupi judi online sejak pagi", "報告書です報告書です報告書です報告書です", "ok"]
        {
            for room in [10, 20, 40, 60, 80, 100, 200] {
                for line in listed(Some(room), subject).lines() {
                    assert!(width(line) <= room, "{room}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_wider_terminal_shows_more_and_a_pipe_everything() {
        let subject = "Situs Dinas Kesehatan disusupi judi online";
        assert_eq!(
            listed(Some(40), subject),
            "   NUMBER            SUBJECT\n!  CIAMIS-2026-0001  Situs Dinas Keseha…\n   2                 ok\n"
        );
        assert!(listed(Some(60), subject).contains("budi.santoso"), "{}", listed(Some(60), subject));
        assert!(listed(Some(60), subject).contains('…'));
        for whole in [listed(Some(100), subject), listed(None, subject)] {
            assert!(
                whole.contains("budi.santoso@warga.example  Situs Dinas Kesehatan disusupi judi online\n"),
                "{whole}"
            );
        }
    }

    #[test]
    fn a_subject_cannot_repaint_the_terminal() {
        let shown = listed(None, "\u{1b}[2Jhapus\u{202E}\nbaris");
        assert!(shown.contains("\u{FFFD}[2Jhapus\u{FFFD}\u{FFFD}baris\n"), "{shown:?}");
        assert_eq!(shown.lines().count(), 3);
    }
}
