//! Ends of host names that are in use: what tells `evil.top` from the end of a sentence without its
//! blank.

/// Generic ones that reports name, and those reserved for examples (RFC 2606).
const GENERIC: &[&str] = &[
    "academy",
    "agency",
    "app",
    "art",
    "asia",
    "best",
    "bet",
    "biz",
    "blog",
    "bond",
    "buzz",
    "cam",
    "casino",
    "cc",
    "cfd",
    "click",
    "cloud",
    "club",
    "com",
    "company",
    "cyou",
    "date",
    "desa",
    "dev",
    "digital",
    "edu",
    "email",
    "example",
    "expert",
    "fun",
    "games",
    "gold",
    "gov",
    "group",
    "guru",
    "help",
    "host",
    "icu",
    "info",
    "ink",
    "int",
    "invalid",
    "link",
    "live",
    "loan",
    "lol",
    "ltd",
    "media",
    "mil",
    "mobi",
    "monster",
    "name",
    "net",
    "network",
    "news",
    "one",
    "onion",
    "online",
    "org",
    "page",
    "party",
    "pics",
    "plus",
    "poker",
    "pro",
    "pub",
    "quest",
    "rest",
    "review",
    "rocks",
    "run",
    "sbs",
    "shop",
    "site",
    "skin",
    "social",
    "solutions",
    "space",
    "store",
    "stream",
    "support",
    "systems",
    "team",
    "tech",
    "test",
    "today",
    "tools",
    "top",
    "trade",
    "vin",
    "vip",
    "wang",
    "website",
    "wiki",
    "win",
    "work",
    "works",
    "world",
    "wtf",
    "xin",
    "xxx",
    "xyz",
    "zip",
    "zone",
];

/// Those of countries (ISO 3166-1 and its exceptions), without the ones that are Indonesian words.
const COUNTRIES: &str = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br \
    bs bt bw by bz ca cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi \
    fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir \
    is it je jm jo jp kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn \
    mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt \
    pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl \
    tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

/// Whether a host name can end so.
pub(super) fn is_top_level(end: &str) -> bool {
    let is_country = end.len() == 2 && COUNTRIES.split_ascii_whitespace().any(|country| country == end);
    is_country || GENERIC.binary_search(&end).is_ok() || end.starts_with("xn--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_names_and_of_sentences() {
        assert!(GENERIC.is_sorted(), "the list is searched by halves");
        let check = |end: &str, expected: bool| assert_eq!(is_top_level(end), expected, "{end}");
        check("id", true);
        check("example", true);
        check("xyz", true);
        check("xn--p1ai", true);
        check("lalu", false);
        check("di", false);
        check("png", false);
        check("", false);
    }
}
