//! Authorities of the user's own, for the programs that we start: Terraform and its providers trust one file.

use crate::context::Context;
use crate::terraform::workspace::{FOLDER, private_folder};
use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

/// Where Debian keeps what everybody trusts.
const USUAL: &str = "/etc/ssl/certs/ca-certificates.crt";
/// By this name the programs find it.
const VARIABLE: &str = "SSL_CERT_FILE";

/// A pull request may make a link of it: what lies outside of the workspace is not ours to copy.
fn read(workspace: &Utf8Path, bundle: &Utf8Path) -> anyhow::Result<Vec<u8>> {
    let file = workspace.join(bundle).canonicalize_utf8()?;
    if !file.starts_with(workspace.canonicalize_utf8()?) {
        bail!("`{bundle}` leads out of the workspace");
    }
    Ok(fs_err::read(&file)?)
}

/// Makes one file of what is trusted already and of `bundle`, and lets children use that.
pub(super) fn trust(context: &mut Context, bundle: &Utf8Path) -> anyhow::Result<()> {
    let usual = context
        .variable(VARIABLE)
        .map_or_else(|| Utf8PathBuf::from(USUAL), Utf8PathBuf::from);
    // Without one only the bundle is trusted, as it would be without us.
    let mut all = fs_err::read(usual).unwrap_or_default();
    all.push(b'\n');
    all.extend(read(&context.folder, bundle).context("could not read the input `ca-bundle`")?);
    let folder = context.home.join(FOLDER);
    private_folder(&folder)?;
    let file = folder.join("certificates.pem");
    fs_err::write(&file, all)?;
    context.set(VARIABLE, file.as_str());
    Ok(())
}
