//! Mail in and out through Maildir folders.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use siaga::domain::outgoing::{OutboxId, OutgoingMail, SendOutcome};
use siaga::mail::maildir::{MaildirMailbox, MaildirMailer, create};
use siaga::mail::transport::{Extent, Folder, Listed, Mailbox, Mailer, Piece, Place, Trouble};
use tempfile::TempDir;
use tokio::time::Instant;

/// A Maildir and what a mail delivery agent and a mail program would do to it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = TempDir::new().expect("a temporary folder");
        create(folder.path()).expect("a Maildir");
        Desk { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn mailbox(&self) -> MaildirMailbox {
        MaildirMailbox::new(self.path())
    }

    /// Lays a file down, so many seconds after the beginning of time.
    fn deliver(&self, name: impl AsRef<OsStr>, text: &[u8], seconds: u64) -> PathBuf {
        let path = self.path().join(Path::new(name.as_ref()));
        fs::write(&path, text).expect("deliver a mail");
        let file = File::options().write(true).open(&path).expect("open it again");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).expect("set its time");
        path
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path().join(folder)) else { return vec![] };
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

async fn places(mailbox: &mut MaildirMailbox) -> Vec<String> {
    mailbox.list().await.expect("the list").into_iter().map(|listed| listed.place.0).collect()
}

/// What was handed on, by place: only messages that came to their end, and the largest piece.
async fn fetched(
    mailbox: &mut MaildirMailbox,
    wanted: &[Listed],
    extent: Extent,
) -> (Result<(), Trouble>, BTreeMap<String, Vec<u8>>, usize) {
    let mut under_way: Option<(Place, Vec<u8>)> = None;
    let mut whole = BTreeMap::new();
    let mut largest = 0;
    let mut spool = |piece: Piece<'_>| {
        match piece {
            Piece::Bytes(place, bytes) => {
                largest = largest.max(bytes.len());
                let (current, text) = under_way.get_or_insert_with(|| (place.clone(), vec![]));
                assert_eq!(current, place, "pieces of two messages are never mixed");
                text.extend_from_slice(bytes);
            }
            Piece::End(place) => {
                let text = under_way.take().map_or_else(Vec::new, |(_, text)| text);
                whole.insert(place.0.clone(), text);
            }
        }
        Ok(())
    };
    let result = mailbox.fetch(wanted, extent, &mut spool).await;
    (result, whole, largest)
}

#[tokio::test]
async fn everything_in_new_and_cur_is_work_whatever_its_flags() {
    let desk = Desk::new();
    desk.deliver("cur/2.b.host:2,S", b"read by somebody", 300);
    desk.deliver("new/1.a.host", b"unread", 200);
    desk.deliver("cur/3.c.host:2,", b"old", 100);
    desk.deliver("tmp/4.d.host", b"still being written", 50);
    let mut mailbox = desk.mailbox();
    let listed = mailbox.list().await.expect("the list");
    let shown: Vec<_> = listed
        .iter()
        .map(|mail| (mail.place.0.as_str(), mail.size_bytes, mail.arrived_at.expect("a time").timestamp()))
        .collect();
    assert_eq!(shown, [("3.c.host", 3, 100), ("1.a.host", 6, 200), ("2.b.host", 16, 300)]);
    assert_eq!(desk.names("new"), ["1.a.host"], "a listing moves nothing");
    assert_eq!(mailbox.name(), format!("maildir:{}", desk.path().display()));
}

#[tokio::test]
async fn what_is_no_mail_is_not_listed() {
    let desk = Desk::new();
    let secret = desk.deliver("secret", b"root:x:0:0", 1);
    symlink(&secret, desk.path().join("new/1.link.host")).expect("a link");
    fs::create_dir(desk.path().join("new/2.folder.host")).expect("a folder");
    desk.deliver("new/.hidden", b"a", 1);
    assert_eq!(places(&mut desk.mailbox()).await, Vec::<String>::new());
}

#[tokio::test]
async fn hostile_file_names_become_harmless_places_and_still_lead_to_their_mail() {
    let desk = Desk::new();
    let names: &[(&[u8], &str)] = &[
        (b"1.two\nlines", "1.two%0Alines"),
        (b"2.not-utf8-\xff", "2.not-utf8-%FF"),
        (b"3.%FF", "3.%25FF"),
        (b"4. --help;`id`", "4.%20--help;`id`"),
        (b"5.colon:1,x", "5.colon:1,x"),
        (b"6.\x1b[31mred", "6.%1B[31mred"),
    ];
    for (at, (name, _)) in names.iter().enumerate() {
        let path = [b"new/", *name].concat();
        desk.deliver(OsStr::from_bytes(&path), name, u64::try_from(at).expect("small"));
    }
    let mut mailbox = desk.mailbox();
    let listed = mailbox.list().await.expect("the list");
    let shown: Vec<_> = listed.iter().map(|mail| mail.place.0.as_str()).collect();
    assert_eq!(shown, names.iter().map(|(_, place)| *place).collect::<Vec<_>>());
    let (result, texts, _) = fetched(&mut mailbox, &listed, Extent::Whole).await;
    result.expect("all are readable");
    for (name, place) in names {
        assert_eq!(texts[*place], *name);
    }
    let all: Vec<_> = listed.into_iter().map(|mail| mail.place).collect();
    mailbox.archive(&all, Folder::Processed).await.expect("archived");
    assert_eq!(desk.names("new"), Vec::<String>::new());
    assert_eq!(desk.names(".Processed/cur").len(), names.len());
}

#[tokio::test]
async fn a_large_mail_comes_in_pieces_and_a_header_alone_when_asked() {
    let desk = Desk::new();
    let header = "Subject: besar\nFrom: budi@warga.example\n\n";
    let large = [header.as_bytes(), &b"isi\n".repeat(800_000)].concat();
    desk.deliver("new/1.large", &large, 1);
    desk.deliver("new/2.exactly-one-piece", &vec![b'a'; 1024 * 1024], 2);
    desk.deliver("new/3.empty", b"", 3);
    desk.deliver("new/4.crlf", b"Subject: a\r\n\r\nb\r\n\r\n", 4);
    let mut mailbox = desk.mailbox();
    let listed = mailbox.list().await.expect("the list");
    let (result, texts, largest) = fetched(&mut mailbox, &listed, Extent::Whole).await;
    result.expect("all are readable");
    assert_eq!(texts["1.large"], large);
    assert_eq!(texts["2.exactly-one-piece"].len(), 1024 * 1024);
    assert_eq!(texts["3.empty"], b"");
    assert_eq!(largest, 1024 * 1024);
    let (result, texts, _) = fetched(&mut mailbox, &listed, Extent::Header).await;
    result.expect("all are readable");
    assert_eq!(texts["1.large"], header.as_bytes());
    assert_eq!(texts["3.empty"], b"");
    assert_eq!(texts["4.crlf"], b"Subject: a\r\n\r\n");
}

#[tokio::test]
async fn a_mail_that_vanished_is_passed_over_and_one_that_was_renamed_is_found() {
    let desk = Desk::new();
    let vanishing = desk.deliver("new/1.a", b"one", 1);
    let renamed = desk.deliver("new/2.b", b"two", 2);
    desk.deliver("new/3.c", b"three", 3);
    let mut mailbox = desk.mailbox();
    let listed = mailbox.list().await.expect("the list");
    fs::remove_file(vanishing).expect("somebody deletes it");
    fs::rename(&renamed, desk.path().join("cur/2.b:2,RS")).expect("a mail program reads it");
    let (result, texts, _) = fetched(&mut mailbox, &listed, Extent::Whole).await;
    result.expect("the others are readable");
    let texts: Vec<_> = texts.into_iter().collect();
    assert_eq!(texts, [("2.b".to_owned(), b"two".to_vec()), ("3.c".to_owned(), b"three".to_vec())]);
    let all: Vec<_> = listed.into_iter().map(|mail| mail.place).collect();
    mailbox.archive(&all, Folder::Held).await.expect("a vanished mail counts as archived");
    assert_eq!(desk.names(".Held/cur"), ["2.b:2,RS", "3.c:2,"]);
    mailbox.archive(&all, Folder::Held).await.expect("archiving can be repeated");
}

#[tokio::test]
async fn archiving_overwrites_no_earlier_mail_of_the_same_name() {
    let desk = Desk::new();
    let mut mailbox = desk.mailbox();
    for text in [b"first", b"other"] {
        desk.deliver("new/1.a", text, 1);
        mailbox.archive(&[Place("1.a".into())], Folder::Oversize).await.expect("archived");
    }
    assert_eq!(desk.names(".Oversize/cur"), ["1.a:2,", "1.a~1:2,"]);
    assert_eq!(fs::read(desk.path().join(".Oversize/cur/1.a~1:2,")).expect("kept"), b"other");
    assert_eq!(desk.names(".Oversize"), ["cur", "maildirfolder", "new", "tmp"]);
}

#[tokio::test]
async fn what_the_spool_refuses_stops_the_fetch() {
    let desk = Desk::new();
    desk.deliver("new/1.a", b"one", 1);
    let mut mailbox = desk.mailbox();
    let listed = mailbox.list().await.expect("the list");
    let mut full = |_: Piece<'_>| anyhow::bail!("the disk is full");
    let trouble = mailbox.fetch(&listed, Extent::Whole, &mut full).await.expect_err("nothing fits");
    assert_eq!(trouble, Trouble::passing("the disk is full".into()));
    assert_eq!(desk.names("new"), ["1.a"]);
}

#[tokio::test]
async fn a_wrong_path_is_no_empty_mailbox() {
    let desk = Desk::new();
    let mut mailbox = MaildirMailbox::new(&desk.path().join("elsewhere"));
    let trouble = mailbox.list().await.expect_err("there is no Maildir");
    assert!(trouble.needs_person && trouble.reason.contains("elsewhere/new"), "{trouble:?}");
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_a_mail_that_was_not_listed_or_with_patience() {
    let desk = Desk::new();
    let mut mailbox = desk.mailbox();
    desk.deliver("new/1.a", b"stays here", 1);
    mailbox.list().await.expect("the list");
    let begun = Instant::now();
    mailbox.wait(Duration::from_secs(300)).await.expect("nothing is wrong");
    assert_eq!(begun.elapsed(), Duration::from_secs(300), "a mail that could not be archived is no news");
    let begun = Instant::now();
    let arrival = async {
        tokio::time::sleep(Duration::from_millis(4500)).await;
        desk.deliver("new/2.b", b"news", 2);
    };
    let (waited, ()) = tokio::join!(mailbox.wait(Duration::from_secs(300)), arrival);
    waited.expect("nothing is wrong");
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
}

fn outgoing(id: i64, message_id: &str) -> OutgoingMail {
    OutgoingMail {
        id: OutboxId(id),
        message_id: message_id.into(),
        envelope_from: None,
        recipient: "budi@warga.example".parse().expect("an address"),
        bytes: b"Subject: tanda terima\r\n\r\n.\r\nisi\r\n".to_vec(),
        missing: Vec::new(),
        clear: false,
    }
}

#[tokio::test]
async fn a_mail_lies_there_once_however_often_it_is_sent() {
    let folder = TempDir::new().expect("a temporary folder");
    let desk = Desk { folder };
    let mut mailer = MaildirMailer::new(desk.path());
    let mail = outgoing(42, "k1.42.7.ab@csirt.example");
    let first = mailer.send(&mail).await;
    assert!(matches!(first, SendOutcome::Sent { .. }), "{first:?}");
    assert_eq!(mailer.send(&mail).await, first);
    let names = desk.names("new");
    assert_eq!(names.len(), 1);
    assert!(names[0].starts_with("0000000042.") && names[0].ends_with(".siaga.eml"), "{names:?}");
    let path = desk.path().join("new").join(&names[0]);
    assert_eq!(fs::read_to_string(&path).expect("the mail"), "Subject: tanda terima\n\n.\nisi\n");
    assert_eq!(fs::metadata(&path).expect("the mail").permissions().mode() & 0o007, 0, "not for everybody");
    // A mail program reads it: it moves on and is still the same mail.
    fs::rename(&path, desk.path().join("cur").join(format!("{}:2,S", names[0]))).expect("read");
    assert_eq!(mailer.send(&mail).await, first);
    assert_eq!((desk.names("new").len(), desk.names("cur").len(), desk.names("tmp").len()), (0, 1, 0));
}

#[tokio::test]
async fn no_message_id_leads_out_of_the_maildir_or_onto_another_mail() {
    let desk = Desk::new();
    let mut mailer = MaildirMailer::new(desk.path());
    let ids = ["../../etc/passwd", "a/b@c", "A@c", "a@c", "", ".", "x:2,S", "\n"];
    for id in ids {
        let outcome = mailer.send(&outgoing(1, id)).await;
        assert!(matches!(outcome, SendOutcome::Sent { .. }), "{id:?}: {outcome:?}");
    }
    let names = desk.names("new");
    assert_eq!(names.len(), ids.len());
    assert!(names.iter().all(|name| !name.contains([':', '/', '\n'])), "{names:?}");
    assert_eq!(desk.names(""), ["cur", "new", "tmp"]);
}

#[tokio::test]
async fn a_maildir_that_cannot_be_made_is_trouble_and_not_the_mails_fault() {
    let desk = Desk::new();
    let file = desk.deliver("file", b"", 1);
    let outcome = MaildirMailer::new(&file.join("out")).send(&outgoing(1, "a@b")).await;
    assert!(matches!(outcome, SendOutcome::Unavailable { needs_person: true, .. }), "{outcome:?}");
}
