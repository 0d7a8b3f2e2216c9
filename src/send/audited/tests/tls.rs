//! Over TLS, with a server that is trusted in these tests alone.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::*;
use crate::send::Wire;

/// Signed by itself for `localhost`, until 2120 (X.509, DER).
const CERTIFICATE: &str = "MIIBXjCCAQSgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMD\
    AwMDBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPH2bBMNDdBcAaqbmjn4ouVoEktpfkHhv355\
    BLS4/kulQkmGxXNRXt0wgWCthB/o1kVLJznVXZ4VSjyM8KK5DzajRTBDMAwGA1UdEwEB/wQCMAAwFAYDVR0RBA0wC4IJbG9jYWxob3N0MB\
    0GA1UdDgQWBBTd7ohNYR9kAgGp0sgLlYqXUhWdozAKBggqhkjOPQQDAgNIADBFAiBqrOokvdlC6HgK+l8FeeQut4LITAEavGj0gRzlnY7n\
    ewIhAJqf/EASJpcPLKJBuFVh8MF/nehH9KLb3pjG0rcIYfuo";

/// Its key (PKCS #8, DER). It protects nothing.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUNhTF3q61z7xp3jRmu5WUUQp1nxfuLiq+0CCyY2c/0uhRANCAATx9mwTDQ\
    3QXAGqm5o5+KLlaBJLaX5B4b9+eQS0uP5LpUJJhsVzUV7dMIFgrYQf6NZFSyc51V2eFUo8jPCiuQ82";

/// A server of one connection that speaks this protocol alone, and an auditor that trusts it.
async fn serve(protocol: &str, answer: &'static str) -> (Url, Auditor) {
    let certificate = CertificateDer::from(BASE64_STANDARD.decode(CERTIFICATE).unwrap());
    let key = PrivatePkcs8KeyDer::from(BASE64_STANDARD.decode(KEY).unwrap());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let server = server.unwrap().with_no_client_auth().with_single_cert(vec![certificate.clone()], key.into());
    let mut server = server.unwrap();
    server.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = tokio_rustls::TlsAcceptor::from(Arc::new(server)).accept(stream).await else { return };
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut client = client.unwrap().with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![ALPN_HTTP_1.to_vec()];
    let auditor = Auditor::new(Duration::from_secs(5), HeaderMap::new());
    (url, Auditor { tls: OnceLock::from(Ok(client.into())), ..auditor })
}

#[tokio::test]
async fn an_encrypted_connection_is_audited_too() {
    let (url, auditor) = serve("http/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}\n").await;
    let connected = auditor.connect(&url, Instant::now()).await.unwrap();
    let mut response = connected.send(&reqwest::Request::new(Method::GET, url)).await.ok().expect("an answer");
    assert_eq!(response.chunk().await.unwrap().unwrap(), "{}");
    let Wire::Seen(record) = response.finish().await else { panic!("nothing was seen") };
    assert_eq!(record.surplus.as_ref().unwrap().first, "\n");
}

#[tokio::test]
async fn a_server_without_http_1_is_not_asked() {
    let (url, auditor) = serve("h2", "").await;
    let reason = auditor.connect(&url, Instant::now()).await.err().expect("no common protocol");
    assert!(reason.contains("NoApplicationProtocol"), "{reason}");
}
