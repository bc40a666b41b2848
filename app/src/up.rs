//! `tabletop up`: starts the server, serves until a signal, and stops without losing anything answered.

use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blobs::Blobs;
use edge::{Limits, Server, Tls};
use kernel::{Config, Front, Kernel, OpenError};
use store::{Store, StoreError};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;
use crate::posture;
use crate::settings::{Place, Settings};

/// Threads that serve. Decisions are short and never wait for a disk, so that few suffice.
const WORKERS: usize = 2;

/// Starts, serves, stops.
pub(crate) fn run(settings: &Settings) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|e| Failure::refused(format!("no threads to serve with: {e}")))?;
    runtime.block_on(serve(settings))
}

async fn serve(settings: &Settings) -> Result<(), Failure> {
    let stop = Stop::listen()?;
    let tls = TlsFolder::choose(settings)?;
    let opened_tls = tls.as_ref().map(|t| t.open(settings)).transpose()?;
    let addr = SocketAddr::new(settings.host, settings.port);
    // The port before the data: who is refused it leaves the folder alone.
    let server = Server::bind(addr, Limits::default(), opened_tls).await.map_err(|e| no_port(addr, &e))?;
    let bound = server.local_addr().map_err(|e| no_port(addr, &e))?;
    let kernel = open(settings)?;
    kernel.serve_at(&posture::endpoint(bound, tls.is_some()));
    kernel.spawn();
    posture::print(settings, &kernel, bound, tls.as_ref().map(|t| t.path.join("ca.pem")).as_deref());
    let front = Arc::new(Front(kernel.clone()));
    server.run(front, stop.asked(&kernel)).await;
    kernel.flush().map_err(|e| Failure::refused(format!("the last calls could not be written down: {e}")))
}

fn open(settings: &Settings) -> Result<Arc<Kernel>, Failure> {
    let (store, blobs, snapshots) = match &settings.place {
        Place::Memory => (Store::memory(), Blobs::memory(), None),
        Place::Folder(dir, durability) => {
            let store = Store::open(dir, *durability).map_err(|e| no_store(&e))?;
            if let Some(what) = store.lost() {
                eprintln!("tabletop: data was lost in {}: {what}", dir.display());
            }
            let blobs = Blobs::open(&dir.join("blobs"), *durability).map_err(|e| {
                Failure::refused(format!("the blobs in {} can't be opened: {e}", dir.display()))
            })?;
            (store, blobs, Some(dir.join("snapshots")))
        }
    };
    let config = Config {
        account: settings.account.clone(),
        region: settings.region.clone(),
        profile: settings.profile,
        guest: settings.guest,
        seed: settings.seed,
        clock: None,
        trail_keep: settings.trail_keep,
        admin_token: settings.admin_token.clone(),
        blobs,
        snapshots,
    };
    let kernel = Kernel::open(config, store, crate::services()).map_err(|e| match e {
        OpenError::Store(e) => no_store(&e),
        other => Failure::refused(other.to_string()),
    })?;
    kernel.scrubs.get_or_init(|| crate::wiring::SCRUBS.to_vec());
    Ok(kernel)
}

fn no_port(addr: SocketAddr, e: &io::Error) -> Failure {
    Failure::refused(match e.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {} is in use, perhaps by another Tabletop or LocalStack: stop that, or choose another with --port \
             (0 takes a free one)",
            addr.port()
        ),
        io::ErrorKind::PermissionDenied => {
            format!("port {} is not for ordinary users: choose one above 1023 with --port", addr.port())
        }
        io::ErrorKind::AddrNotAvailable => {
            format!("{} is no address of this machine: choose another with --host", addr.ip())
        }
        _ => format!("{addr} can't be listened on: {e}"),
    })
}

fn no_store(e: &StoreError) -> Failure {
    Failure::refused(match e {
        StoreError::Locked { dir } => format!(
            "the data folder {} is in use by another Tabletop: stop that one, or choose another folder with --data",
            dir.display()
        ),
        StoreError::Format { dir, found, supported } => format!(
            "the data folder {} has format {found}, and this Tabletop reads formats up to {supported}: update \
             Tabletop, or choose another folder with --data",
            dir.display()
        ),
        other => {
            let mut text = format!("the data can't be opened: {other}");
            let mut cause = std::error::Error::source(other);
            while let Some(c) = cause {
                text.push_str(&format!(": {c}"));
                cause = c.source();
            }
            text
        }
    })
}

/// The folder of the local authority: beside the data, or one for this run when nothing is kept.
struct TlsFolder {
    path: PathBuf,
    passing: bool,
}

impl TlsFolder {
    fn choose(settings: &Settings) -> Result<Option<TlsFolder>, Failure> {
        if !settings.tls {
            return Ok(None);
        }
        Ok(Some(match &settings.place {
            Place::Folder(dir, _) => TlsFolder { path: dir.join("tls"), passing: false },
            Place::Memory => TlsFolder { path: fresh_folder().map_err(no_tls)?, passing: true },
        }))
    }

    fn open(&self, settings: &Settings) -> Result<Tls, Failure> {
        let host = settings.host;
        let extra = if host.is_unspecified() { Vec::new() } else { vec![host.to_string()] };
        Tls::open(&self.path, &extra).map_err(no_tls)
    }
}

impl Drop for TlsFolder {
    fn drop(&mut self) {
        if self.passing {
            // What is left behind is a key that nobody trusts any more.
            drop(fs::remove_dir_all(&self.path));
        }
    }
}

/// A new folder below the system's temporary one, which nobody else may enter.
fn fresh_folder() -> io::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let base = std::env::temp_dir();
    let mut number = std::process::id();
    loop {
        let path = base.join(format!("tabletop-tls-{number}"));
        match fs::DirBuilder::new().mode(0o700).create(Path::new(&path)) {
            Ok(()) => return Ok(path),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number = number.wrapping_add(1),
            Err(e) => return Err(e),
        }
    }
}

fn no_tls(e: io::Error) -> Failure {
    Failure::refused(format!("the certificates for --tls can't be had: {e}"))
}

/// SIGXFSZ, on every Unix that we run on: a file would grow beyond the process's limit.
const FILE_TOO_LARGE: i32 = 25;

/// The signals that ask to stop, and one that would end the process if nobody heard it: heard, the write that caused it
/// fails instead, as on a full disk.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
    _too_large: Signal,
}

impl Stop {
    fn listen() -> Result<Stop, Failure> {
        let listen =
            |kind| signal(kind).map_err(|e| Failure::refused(format!("no signals can be heard: {e}")));
        Ok(Stop {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            _too_large: listen(SignalKind::from_raw(FILE_TOO_LARGE))?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Ready when the first signal came; the second ends the process wherever it is, as a crash would.
    fn asked(mut self, kernel: &Arc<Kernel>) -> impl Future<Output = ()> + use<> {
        let kernel = kernel.clone();
        async move {
            self.next().await;
            posture::say("stopping; a second signal stops at once");
            kernel.stop_waiting();
            tokio::spawn(async move {
                self.next().await;
                std::process::exit(130);
            });
        }
    }
}
