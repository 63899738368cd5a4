//! Where a cloud lies, told so that the next run in the same folder of the same machine finds what this one has left.

use super::container;
use super::engine::Engine;
use super::settle::is_container;
use bollard::models::ContainerInspectResponse;
use camino::{Utf8Path, Utf8PathBuf};

/// `machine:/folder/cloud.json`. A container has another name at every start, and its folders are the machine's under other
/// names: there it is the engine's machine, and the folder that is mounted.
pub(super) async fn place(engine: &Engine, room: &Utf8Path, file: &str) -> anyhow::Result<String> {
    let own = nix::unistd::gethostname().unwrap_or_default();
    let own = own.to_string_lossy().into_owned();
    if is_container()
        && let Some(found) = container::inspect(engine, &own).await?
        && let Some(folder) = outside(&found, room)
        && let Some(machine) = engine.docker.info().await?.name
    {
        return Ok(format!("{machine}:{folder}/{file}"));
    }
    // With the file's name: clouds may lie beside each other.
    Ok(format!("{own}:{room}/{file}"))
}

/// What a folder of a container is on its machine; `None` where it is the container's own.
fn outside(container: &ContainerInspectResponse, folder: &Utf8Path) -> Option<Utf8PathBuf> {
    let mounts = container.mounts.iter().flatten();
    let within = mounts.filter_map(|mount| {
        let (inside, outside) = (mount.destination.as_deref()?, mount.source.as_deref()?);
        let rest = folder.strip_prefix(inside).ok()?;
        Some((inside.len(), Utf8Path::new(outside).join(rest)))
    });
    // The innermost: mounts may lie in each other.
    within.max_by_key(|(depth, _)| *depth).map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::MountPoint;

    #[test]
    fn a_folder_of_a_container_is_the_one_of_its_machine_that_is_mounted_innermost() {
        let mount = |source: &str, destination: &str| MountPoint {
            source: Some(source.to_owned()),
            destination: Some(destination.to_owned()),
            ..MountPoint::default()
        };
        let container = ContainerInspectResponse {
            mounts: Some(vec![
                mount("/srv/runner/_temp", "/github/runner_temp"),
                mount("/data", "/github/runner_temp/data"),
            ]),
            ..ContainerInspectResponse::default()
        };
        let of = |folder: &str| outside(&container, Utf8Path::new(folder));
        assert_eq!(
            of("/github/runner_temp/.lostops").as_deref(),
            Some(Utf8Path::new("/srv/runner/_temp/.lostops"))
        );
        assert_eq!(
            of("/github/runner_temp/data/x").as_deref(),
            Some(Utf8Path::new("/data/x"))
        );
        assert_eq!(of("/github/runner_temperature"), None);
    }
}
