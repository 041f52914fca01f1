//! The program `siaga`.

fn main() {}
