//! TLS as every client of the process has it: certificates are verified by the platform's own roots.

use std::sync::OnceLock;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls_platform_verifier::BuilderVerifierExt;

/// Reading the platform's certificates takes longer than a short audit, so it is done once.
static VERIFYING: OnceLock<Result<ClientConfig, rustls::Error>> = OnceLock::new();

/// A setup that offers these protocols (RFC 7301), and shares its sessions with no other.
///
/// # Errors
/// When the platform has no roots that can be read.
pub(super) fn offering(protocols: &[&[u8]]) -> Result<ClientConfig, rustls::Error> {
    let mut setup = VERIFYING.get_or_init(verifying).clone()?;
    setup.resumption = Resumption::default();
    setup.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(setup)
}

fn verifying() -> Result<ClientConfig, rustls::Error> {
    // Another part of the process may have installed a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(ClientConfig::builder().with_platform_verifier()?.with_no_client_auth())
}
