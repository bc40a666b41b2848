//! TLS with the local authority: both protocols, plain clients on the same port, and the files' life.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use edge::{Limits, Tls};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use crate::support::{Running, bounded};

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        Folder(std::env::temp_dir().join(format!("tabletop-edge-tls-{}-{n}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn connector(ca: &Path, alpn: &[&str]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|p| p.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

const HOW: &[u8] = b"GET /how HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn one_port_serves_tls_and_plain() {
    let folder = Folder::new();
    let tls = Tls::open(&folder.0, &["tabletop.test".to_owned()]).unwrap();
    let ca = tls.ca_pem().to_owned();
    let server = Running::start_with(Limits::default(), Some(tls)).await;
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "sqs.localhost",
        "bucket.s3.localhost",
        "sqs.us-east-1.localhost.localstack.cloud".trim_start_matches("sqs."),
        "bucket.s3.localhost.localstack.cloud",
        "tabletop.test",
    ] {
        let server_name = ServerName::try_from(name.to_owned()).unwrap();
        let tcp = server.connect().await.stream;
        let mut stream = bounded(connector(&ca, &[]).connect(server_name, tcp))
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        stream.write_all(HOW).await.unwrap();
        let mut all = String::new();
        bounded(stream.read_to_string(&mut all)).await.unwrap();
        assert!(all.ends_with("HTTP/1.1 tls=true"), "{name}: {all}");
    }
    assert!(server.exchange(HOW).await.ends_with("HTTP/1.1 tls=false"));
}

#[tokio::test]
async fn the_protocol_is_negotiated() {
    let folder = Folder::new();
    let tls = Tls::open(&folder.0, &[]).unwrap();
    let ca = tls.ca_pem().to_owned();
    let server = Running::start_with(Limits::default(), Some(tls)).await;
    for (offered, chosen) in [(&["h2", "http/1.1"][..], "h2"), (&["http/1.1"], "http/1.1")] {
        let tcp = server.connect().await.stream;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = bounded(connector(&ca, offered).connect(name, tcp)).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(chosen.as_bytes()));
        if chosen == "h2" {
            stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
            let mut frame = [0; 9];
            bounded(stream.read_exact(&mut frame)).await.unwrap();
            assert_eq!(frame[3], 4, "the server begins with SETTINGS");
        }
    }
}

#[tokio::test]
async fn what_is_no_handshake_costs_nothing() {
    let folder = Folder::new();
    let tls = Tls::open(&folder.0, &[]).unwrap();
    let limits = Limits { header_timeout_ms: 100, ..Limits::default() };
    let server = Running::start_with(limits, Some(tls)).await;
    for start in [&b"\x16\x03\x01"[..], b"\x16\x03\x01\xff\xff", b"\x16garbage that is no record at all"] {
        server.exchange(start).await;
    }
    server.assert_alive().await;
}

#[test]
fn certificates_are_kept_and_renewed_in_time() {
    let folder = Folder::new();
    let read = |name: &str| std::fs::read(folder.0.join(name)).unwrap();
    let now = SystemTime::now();
    let days = |n: u64| now + Duration::from_secs(n * 86_400);
    let extra = vec!["tabletop.test".to_owned()];

    assert!(Tls::open_at(&folder.0, &[], now).unwrap().renewed());
    let (ca, server) = (read("ca.pem"), read("server.pem"));
    assert!(!Tls::open_at(&folder.0, &[], days(360)).unwrap().renewed());
    assert_eq!((read("ca.pem"), read("server.pem")), (ca.clone(), server.clone()));

    assert!(Tls::open_at(&folder.0, &[], days(370)).unwrap().renewed());
    assert_eq!(read("ca.pem"), ca);
    let renewed = read("server.pem");
    assert_ne!(renewed, server);

    assert!(Tls::open_at(&folder.0, &extra, days(371)).unwrap().renewed());
    assert_eq!(read("ca.pem"), ca);
    assert_ne!(read("server.pem"), renewed);

    assert!(Tls::open_at(&folder.0, &extra, days(3640)).unwrap().renewed());
    assert_ne!(read("ca.pem"), ca);
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    Tls::open(&folder.0, &[]).unwrap();
    for key in ["ca.key", "server.key"] {
        let mode = std::fs::metadata(folder.0.join(key)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
}

#[test]
fn damaged_files_are_reported_by_name_and_not_replaced() {
    let folder = Folder::new();
    Tls::open(&folder.0, &[]).unwrap();
    for name in ["server.pem", "server.key", "tls.meta"] {
        let whole = std::fs::read(folder.0.join(name)).unwrap();
        std::fs::write(folder.0.join(name), "damaged").unwrap();
        let error = Tls::open(&folder.0, &[]).err().unwrap().to_string();
        assert!(error.contains(name), "{error}");
        assert_eq!(std::fs::read(folder.0.join(name)).unwrap(), b"damaged");
        std::fs::write(folder.0.join(name), whole).unwrap();
    }
    Tls::open(&folder.0, &[]).unwrap();
}
