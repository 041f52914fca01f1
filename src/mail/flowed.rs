//! format=flowed (RFC 3676): lines that were broken for the way are whole again.

/// Joins lines that end in a blank with the next one of the same quoting depth.
pub(super) fn flowed(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth_before = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let goes_on = depth_before == Some(depth);
        if depth_before.is_some() && !goes_on {
            out.push('\n');
        }
        if depth > 0 && !goes_on {
            out.push_str(&">".repeat(depth));
            out.push(' ');
        }
        let soft = content.ends_with(' ') && content != "-- ";
        if soft {
            out.push_str(if delete_space { &content[..content.len() - 1] } else { content });
            depth_before = Some(depth);
        } else {
            out.push_str(content);
            out.push('\n');
            depth_before = None;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_join_and_quotes_stay_apart() {
        assert_eq!(flowed("satu \ndua\n> tiga \n> empat\n-- \nkaki\n", false), "satu dua\n> tiga empat\n-- \nkaki\n");
        assert_eq!(flowed("sa \ntu\n", true), "satu\n");
    }
}
