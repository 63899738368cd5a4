//! lostops: the servers in the repository are the servers that run.
mod finding;
mod fleet;
mod simulator;
mod source;

fn main() -> anyhow::Result<()> {
    let argv0 = std::env::args().next().unwrap_or_default();
    if let Some(provider) = simulator::plugin_name(&argv0) {
        return simulator::serve(provider);
    }
    Ok(())
}
