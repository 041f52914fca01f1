//! Host names written in a text.

/// The host names in a text, lower-case, in order, repeated as often as they stand there: whatever
/// stands between two characters no host name has, has a dot, and ends in letters. A mail address
/// names its domain.
pub fn hosts_in(text: &str) -> impl Iterator<Item = String> + '_ {
    let apart = |octet: &u8| !(octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.'));
    text.as_bytes()
        .split(apart)
        .filter(|word| word.contains(&b'.'))
        // What no octet beyond ASCII is part of is text.
        .filter_map(|word| std::str::from_utf8(word).ok())
        .map(|word| word.trim_matches(['.', '-']))
        .filter(|word| is_host(word))
        .map(str::to_ascii_lowercase)
}

fn is_host(word: &str) -> bool {
    let Some((_, top)) = word.rsplit_once('.') else { return false };
    let label = |label: &str| !label.is_empty() && label.len() <= 63;
    top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && word.len() <= 253
        && word.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_as_people_write_them() {
        let check = |text: &str, expected: &[&str]| assert_eq!(hosts_in(text).collect::<Vec<_>>(), expected, "{text}");
        check("situs https://dinkes.ciamiskab.go.id/berita?id=1 diretas", &["dinkes.ciamiskab.go.id"]);
        check("JDIH.ciamiskab.go.id.", &["jdih.ciamiskab.go.id"]);
        check("pukul 10.30 versi 1.2.3", &[]);
        check("surel ke budi@warga.example, ya", &["warga.example"]);
        check("akhir kalimat.Lalu", &["kalimat.lalu"]);
        check("", &[]);
    }
}
