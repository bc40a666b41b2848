//! Keys and sealed byte strings.

use std::{fs, io, os::unix::fs::PermissionsExt};

use blobs::{CannotOpen, DataKey, MasterKey};

use crate::subject::{TempDir, key};

#[test]
fn the_master_key_is_made_once_and_read_by_its_owner_alone() {
    let dir = TempDir::new();
    let path = dir.path().join("master-key");
    assert_eq!(MasterKey::load(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
    let first = MasterKey::open(&path).unwrap();
    assert_eq!(MasterKey::load(&path).unwrap(), first);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(MasterKey::open(&path).unwrap(), first);
    let second = MasterKey::random();
    assert_ne!(second, first);
    second.save(&path).unwrap();
    assert_eq!(MasterKey::open(&path).unwrap(), second);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left there");
}

#[test]
fn a_damaged_master_key_is_told_and_never_replaced() {
    let dir = TempDir::new();
    let path = dir.path().join("master-key");
    MasterKey::open(&path).unwrap();
    let sound = fs::read(&path).unwrap();
    for at in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        assert_eq!(MasterKey::open(&path).unwrap_err().kind(), io::ErrorKind::InvalidData, "byte {at}");
        assert_eq!(fs::read(&path).unwrap(), damaged);
        fs::write(&path, &sound[..at]).unwrap();
        assert!(MasterKey::open(&path).is_err(), "cut at {at}");
    }
}

#[test]
fn wrapped_keys_come_back_under_their_key_and_context_alone() {
    let (master, data) = (MasterKey::from_bytes([1; 32]), DataKey::random());
    let wrapped = master.wrap(&data, b"row 1");
    assert_eq!(master.unwrap(&wrapped, b"row 1"), Ok(data.clone()));
    assert_ne!(master.wrap(&data, b"row 1"), wrapped, "no two are alike");
    assert_eq!(master.unwrap(&wrapped, b"row 2"), Err(CannotOpen));
    assert_eq!(MasterKey::from_bytes([2; 32]).unwrap(&wrapped, b"row 1"), Err(CannotOpen));
    assert_eq!(master.open_sealed(&wrapped, b"row 1"), Err(CannotOpen), "a key is no byte string");
    let sealed = master.seal(&[7; 32], b"row 1");
    assert_eq!(master.unwrap(&sealed, b"row 1"), Err(CannotOpen), "nor the other way round");
}

#[test]
fn every_flipped_or_missing_byte_of_sealed_bytes_is_found() {
    for plain in [&b""[..], b"x", b"some small object"] {
        let sealed = key(1).seal(plain, b"context");
        assert_eq!(sealed.len(), plain.len() + 41);
        assert_eq!(key(1).open(&sealed, b"context").as_deref(), Ok(plain));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 0x80;
            assert_eq!(key(1).open(&damaged, b"context"), Err(CannotOpen), "byte {at}");
            assert_eq!(key(1).open(&sealed[..at], b"context"), Err(CannotOpen), "cut at {at}");
        }
        assert_eq!(key(2).open(&sealed, b"context"), Err(CannotOpen));
        assert_eq!(key(1).open(&sealed, b"contexts"), Err(CannotOpen));
    }
}

#[test]
fn keys_do_not_show_in_logs() {
    let shown = format!("{:?} {:?}", DataKey::from_bytes([171; 32]), MasterKey::from_bytes([171; 32]));
    assert!(!shown.contains("171") && !shown.to_lowercase().contains("ab"), "{shown}");
}
