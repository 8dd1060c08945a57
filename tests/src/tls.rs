//! TLS in front of the embedded AWS, with a certificate of its own making.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::EmbeddedAws;
use crate::loopback::Server;

/// HTTPS on a free port of loopback. It ends when dropped.
#[derive(Debug)]
pub struct Tls {
    endpoint: String,
    certificate: PathBuf,
    _server: Server,
    _folder: TempDir,
}

impl Tls {
    /// HTTPS before this AWS, passing everything on.
    pub fn before(aws: &EmbeddedAws) -> Self {
        let address = aws.endpoint().trim_start_matches("http://");
        let upstream: SocketAddr = address.parse().expect("an address of loopback");
        let made = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let certificate = folder.path().join("certificate.pem");
        std::fs::write(&certificate, made.cert.pem()).expect("a file for the certificate");

        let acceptor = acceptor(&made);
        let server = Server::start(move |listener| serve(listener, acceptor, upstream));
        Self {
            endpoint: format!("https://localhost:{}", server.address().port()),
            certificate,
            _server: server,
            _folder: folder,
        }
    }

    /// Where it answers.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The file with the certificate to trust.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }
}

fn acceptor(made: &CertifiedKey<rcgen::KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate that fits its key");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, upstream: SocketAddr) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that does not trust the certificate goes away: that is its affair.
            let Ok(mut client) = acceptor.accept(stream).await else {
                return;
            };
            let Ok(mut aws) = TcpStream::connect(upstream).await else {
                return;
            };
            let _ = tokio::io::copy_bidirectional(&mut client, &mut aws).await;
        });
    }
}
