//! Whether a machine runs, and what starting and stopping it may do.

use super::failure::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PowerState {
    Running,
    /// Off, but the hardware is kept and billed.
    Stopped,
    /// Off and not billed.
    Deallocated,
}

/// What can be asked of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Start,
    PowerOff,
    Deallocate,
    Restart,
}

impl PowerState {
    /// As Azure says it after `PowerState/`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Deallocated => "deallocated",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "stopped" => Self::Stopped,
            "deallocated" => Self::Deallocated,
            _ => Self::Running,
        }
    }
}

impl Action {
    /// As it stands at the end of the request's address; any spelling.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "start" => Some(Self::Start),
            "poweroff" => Some(Self::PowerOff),
            "deallocate" => Some(Self::Deallocate),
            "restart" => Some(Self::Restart),
            _ => None,
        }
    }
}

/// The state after an action. A machine without hardware can be started and deallocated, nothing else.
pub(super) fn next(now: PowerState, action: Action, name: &str) -> Result<PowerState, Failure> {
    match (now, action) {
        (_, Action::Deallocate) => Ok(PowerState::Deallocated),
        (PowerState::Deallocated, Action::PowerOff | Action::Restart) => Err(Failure::conflict(
            "OperationNotAllowed",
            format!(
                "Operation cannot be performed on VM '{name}': it is deallocated. Start it first."
            ),
        )),
        (_, Action::PowerOff) => Ok(PowerState::Stopped),
        (_, Action::Start | Action::Restart) => Ok(PowerState::Running),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deallocated_machine_cannot_be_powered_off() {
        let failed = next(PowerState::Deallocated, Action::PowerOff, "web").unwrap_err();
        assert!(
            failed
                .to_string()
                .contains("409 (409 Conflict) with error: OperationNotAllowed")
        );
    }

    #[test]
    fn starting_and_deallocating_may_be_repeated() {
        assert_eq!(
            next(PowerState::Running, Action::Start, "web").unwrap(),
            PowerState::Running
        );
        let off = next(PowerState::Deallocated, Action::Deallocate, "web");
        assert_eq!(off.unwrap(), PowerState::Deallocated);
    }
}
