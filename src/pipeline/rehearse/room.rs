//! Where a rehearsal takes place: a folder of its own, whose servers nobody else knows.

use super::invented;
use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::simulator::hosts::command as hosts;
use crate::terraform::workspace::{FOLDER, Lock, Workspace};
use anyhow::Context as _;
use camino::Utf8PathBuf;

/// `.lostops/rehearsal`; one rehearsal at a time.
pub(super) struct Room {
    pub(super) folder: Utf8PathBuf,
    _lock: Lock,
}

impl Room {
    /// Takes down what an earlier rehearsal has left there.
    pub(super) fn enter(
        context: &Context,
        engine: &str,
        waiting: impl FnOnce(),
    ) -> anyhow::Result<Self> {
        let folder = context.home.join(FOLDER).join("rehearsal");
        let own = Workspace {
            module: folder.join("module"),
            folder: folder.clone(),
        };
        let room = Self {
            _lock: own.lock(waiting)?,
            folder,
        };
        room.clear(engine)
            .context("could not take down an earlier rehearsal")?;
        Ok(room)
    }

    /// What a command sees that works in here: another home, and secrets that nobody has.
    pub(super) fn context(&self, context: &Context, fleet: &Fleet) -> anyhow::Result<Context> {
        let mut inside = context.clone();
        inside.home.clone_from(&self.folder);
        for (name, value) in invented::secrets(fleet)? {
            inside.set(&name, &value);
        }
        Ok(inside)
    }

    /// The file of the simulated cloud.
    pub(super) fn cloud(&self, fleet: &Fleet) -> Utf8PathBuf {
        let environment = &fleet.environment.name.value;
        Workspace::new(&self.folder, environment, Cloud::Simulated.word()).cloud()
    }

    /// Takes down every server, and forgets everything.
    pub(super) fn clear(&self, engine: &str) -> anyhow::Result<()> {
        let inside = self.folder.join(FOLDER);
        if !inside.exists() {
            return Ok(());
        }
        for entry in inside.read_dir_utf8()? {
            let cloud = entry?
                .path()
                .join(Cloud::Simulated.word())
                .join("cloud.json");
            if cloud.exists() {
                hosts::forget(engine, &cloud)?;
            }
        }
        fs_err::remove_dir_all(&inside)?;
        Ok(())
    }
}
