//! Mail as programs with OpenPGP write it (RFC 3156).

/// A mail, with its content signed.
pub fn signed(raw: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (outer, content) = taken_apart(raw);
    [outer.as_bytes(), &signed_content(content.as_bytes(), sign)].concat()
}

/// Some content as a signed part, with the field that says so.
pub fn signed_content(content: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let value = String::from_utf8(sign(content)).expect("armour").replace('\n', "\r\n");
    let head = "Content-Type: multipart/signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\"; boundary=ttd\r\n\r\n";
    let middle = "\r\n--ttd\r\nContent-Type: application/pgp-signature; name=\"signature.asc\"\r\n\r\n";
    [head.as_bytes(), b"--ttd\r\n", content, middle.as_bytes(), value.as_bytes(), b"\r\n--ttd--\r\n"].concat()
}

/// A mail, with its content encrypted.
pub fn encrypted(raw: &[u8], encrypt: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (outer, content) = taken_apart(raw);
    [outer.as_bytes(), &encrypted_part(&encrypt(content.as_bytes()))].concat()
}

/// An armoured message as a part.
pub fn encrypted_part(armoured: &[u8]) -> Vec<u8> {
    let armoured = String::from_utf8(armoured.to_vec()).expect("armour").replace('\n', "\r\n");
    format!(
        "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=rahasia\r\n\r\n\
         --rahasia\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--rahasia\r\n\
         Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\r\n{armoured}\r\n--rahasia--\r\n"
    )
    .into_bytes()
}

/// The head of a mail without what describes its body, and its body with that.
pub fn taken_apart(raw: &[u8]) -> (String, String) {
    let text = std::str::from_utf8(raw).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let (inner, outer): (Vec<&str>, Vec<&str>) = head.split("\r\n").partition(|line| line.starts_with("Content-"));
    (format!("{}\r\n", outer.join("\r\n")), format!("{}\r\n\r\n{body}", inner.join("\r\n")))
}
