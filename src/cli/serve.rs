//! `uptospec serve`: an embedded reference server, conformant or with faults.

use std::io::Write;

use super::arguments::ServeOptions;
use super::{Exit, Failure};
use crate::reference::{self, Api, ServerOptions, StartError};

/// Serves until it is interrupted.
///
/// # Errors
/// When there is no such server or fault, or the port cannot be had.
pub async fn serve(options: ServeOptions) -> Result<Exit, Failure> {
    let api = find(&options.name)?;
    if options.list {
        return list(api);
    }
    let faults = options.faults.join(", ");
    let settings = ServerOptions { port: options.port, faults: options.faults, ..ServerOptions::default() };
    let server = reference::start(api, settings).await.map_err(|error| refused(&error))?;
    let with = if faults.is_empty() { "conformant".to_owned() } else { format!("with {faults}") };
    let mut out = anstream::stdout();
    writeln!(out, "{} listens on {} ({with}); stop it with Ctrl-C", api.name, server.url)?;
    out.flush()?;
    tokio::signal::ctrl_c().await.map_err(|error| Failure::Unjudged(error.to_string()))?;
    server.stop().await;
    Ok(Exit::Conformant)
}

fn refused(error: &StartError) -> Failure {
    Failure::Usage(match error {
        StartError::UnknownFault { api, nearest: None, .. } => {
            format!("{error}; `uptospec serve {api} --list` lists those that it has")
        }
        _ => error.to_string(),
    })
}

/// The API of that name.
///
/// # Errors
/// When there is none.
pub fn find(name: &str) -> Result<&'static Api, Failure> {
    reference::api(name).ok_or_else(|| {
        let known: Vec<&str> = reference::apis().iter().map(|api| api.name).collect();
        let help = crate::target::help_nearest(name, &known).unwrap_or_default();
        Failure::Usage(format!("there is no reference server `{name}`; {help}"))
    })
}

fn list(api: &Api) -> Result<Exit, Failure> {
    let width = api.faults().map(|fault| fault.name.len()).max().unwrap_or_default();
    let mut out = anstream::stdout().lock();
    for fault in api.faults() {
        writeln!(out, "{:width$}  {}", fault.name, fault.what)?;
    }
    Ok(Exit::Conformant)
}
