//! TLS with an authority of our own: made once in a folder, reused after, its server certificate renewed in time.
//! It never replaces an authority that users may have installed as trusted, unless that one is about to expire.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

const DAY_S: u64 = 86_400;
const CA_DAYS: u64 = 3650;
/// The longest that browsers and Apple's systems accept.
const SERVER_DAYS: u64 = 397;
const RENEW_BEFORE_DAYS: u64 = 30;
const FORMAT: &str = "tabletop-tls 1";

/// Names that every server certificate has. Some clients refuse a wildcard right below `localhost`, hence the plain ones.
const NAMES: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "::1",
    "*.localhost",
    "s3.localhost",
    "*.s3.localhost",
    "sqs.localhost",
    "sts.localhost",
    "iam.localhost",
    "localhost.localstack.cloud",
    "*.localhost.localstack.cloud",
    "s3.localhost.localstack.cloud",
    "*.s3.localhost.localstack.cloud",
];

/// A server's certificate, and the authority that signed it.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    ca_pem: PathBuf,
    renewed: bool,
}

impl Tls {
    /// Opens the certificates of a folder, making what is missing, expired or without one of `extra_names`.
    ///
    /// Files: `ca.pem`, `ca.key`, `server.pem`, `server.key`, and `tls.meta` with dates and names.
    pub fn open(folder: &Path, extra_names: &[String]) -> io::Result<Tls> {
        Tls::open_at(folder, extra_names, SystemTime::now())
    }

    /// [`Tls::open`] as of a given real time.
    pub fn open_at(folder: &Path, extra_names: &[String], now: SystemTime) -> io::Result<Tls> {
        fs::create_dir_all(folder)?;
        let now_s = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let mut names: Vec<String> = NAMES.iter().map(|n| (*n).to_owned()).collect();
        for name in extra_names {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let files = Files { folder };
        let kept = Meta::read(&files)?;
        let good_until = now_s + RENEW_BEFORE_DAYS * DAY_S;
        let ca_lives = kept.as_ref().is_some_and(|m| m.ca_until_s > good_until);
        let server_lives =
            ca_lives && kept.as_ref().is_some_and(|m| m.server_until_s > good_until && m.names == names);
        if !ca_lives {
            make_ca(&files, now_s)?;
        }
        if !server_lives {
            make_server(&files, &names, now_s)?;
            let ca_until_s = match (&kept, ca_lives) {
                (Some(meta), true) => meta.ca_until_s,
                _ => now_s + CA_DAYS * DAY_S,
            };
            let server_until_s = (now_s + SERVER_DAYS * DAY_S).min(ca_until_s);
            Meta { ca_until_s, server_until_s, names }.write(&files)?;
        }
        let acceptor = TlsAcceptor::from(Arc::new(server_config(&files)?));
        Ok(Tls { acceptor, ca_pem: files.path("ca.pem"), renewed: !server_lives })
    }

    /// The authority's certificate, for clients to trust (`AWS_CA_BUNDLE`).
    pub fn ca_pem(&self) -> &Path {
        &self.ca_pem
    }

    /// Whether opening made a new server certificate.
    pub fn renewed(&self) -> bool {
        self.renewed
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

fn make_ca(files: &Files<'_>, now_s: u64) -> io::Result<()> {
    let key = KeyPair::generate().map_err(broken)?;
    let mut params = ca_params();
    set_validity(&mut params, now_s, CA_DAYS);
    let certificate = params.self_signed(&key).map_err(broken)?;
    files.write("ca.key", &key.serialize_pem(), true)?;
    files.write("ca.pem", &certificate.pem(), false)
}

fn make_server(files: &Files<'_>, names: &[String], now_s: u64) -> io::Result<()> {
    let ca_key = KeyPair::from_pem(&files.read("ca.key")?).map_err(|e| files.unreadable("ca.key", &e))?;
    let issuer = Issuer::new(ca_params(), ca_key);
    let key = KeyPair::generate().map_err(broken)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(broken)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now_s, SERVER_DAYS);
    let certificate = params.signed_by(&key, &issuer).map_err(broken)?;
    files.write("server.key", &key.serialize_pem(), true)?;
    files.write("server.pem", &certificate.pem(), false)
}

/// The authority's fixed parts: with its key they are all that signing needs, so that its certificate is never parsed.
fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Tabletop local authority");
    params.distinguished_name.push(DnType::OrganizationName, "Tabletop");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server_config(files: &Files<'_>) -> io::Result<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(files.path("server.pem"))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| files.unreadable("server.pem", &e))?;
    let key = PrivateKeyDer::from_pem_file(files.path("server.key"))
        .map_err(|e| files.unreadable("server.key", &e))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| files.unreadable("server.pem", &e))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// What was made when; kept beside the certificates so that they need not be parsed.
struct Meta {
    ca_until_s: u64,
    server_until_s: u64,
    names: Vec<String>,
}

impl Meta {
    /// Reads it; `None` if nothing was made yet. Files without it are somebody's, and an error.
    fn read(files: &Files<'_>) -> io::Result<Option<Meta>> {
        if !files.path("tls.meta").exists() {
            return match files.path("ca.key").exists() {
                true => Err(files.unreadable("tls.meta", &"it is missing beside ca.key")),
                false => Ok(None),
            };
        }
        let text = files.read("tls.meta")?;
        let meta =
            Meta::parse(&text).ok_or_else(|| files.unreadable("tls.meta", &"it is not in our format"))?;
        Ok(Some(meta))
    }

    fn parse(text: &str) -> Option<Meta> {
        let mut lines = text.lines();
        if lines.next()? != FORMAT {
            return None;
        }
        let ca_until_s = lines.next()?.strip_prefix("ca-until-s ")?.parse().ok()?;
        let server_until_s = lines.next()?.strip_prefix("server-until-s ")?.parse().ok()?;
        Some(Meta { ca_until_s, server_until_s, names: lines.map(str::to_owned).collect() })
    }

    fn write(&self, files: &Files<'_>) -> io::Result<()> {
        let mut text =
            format!("{FORMAT}\nca-until-s {}\nserver-until-s {}\n", self.ca_until_s, self.server_until_s);
        for name in &self.names {
            text.push_str(name);
            text.push('\n');
        }
        files.write("tls.meta", &text, false)
    }
}

struct Files<'a> {
    folder: &'a Path,
}

impl Files<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn read(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.path(name)).map_err(|e| self.unreadable(name, &e))
    }

    /// Writes a file whole or not at all.
    fn write(&self, name: &str, text: &str, secret: bool) -> io::Result<()> {
        let partial = self.path(&format!("{name}.new"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        if secret {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&partial, self.path(name))
    }

    fn unreadable(&self, name: &str, why: &dyn std::fmt::Display) -> io::Error {
        let path = self.path(name);
        io::Error::other(format!("{}: {why}; remove the folder to have a new authority made", path.display()))
    }
}

fn broken(e: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(e)
}

/// Makes a certificate good from a day ago, for clocks that are behind, for some days.
fn set_validity(params: &mut CertificateParams, now_s: u64, days: u64) {
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(now_s.saturating_sub(DAY_S));
    params.not_after = epoch + Duration::from_secs(now_s + days * DAY_S);
}
