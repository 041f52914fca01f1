//! The environment above `siaga.toml`: which variables set which keys, and which only look as if.

use crate::config::document::Override;

/// The prefix of variables that set keys.
const PREFIX: &str = "SIAGA__";
/// Variables with our name that are none of `siaga.toml`'s.
const OTHERS: &[&str] = &["SIAGA_CRASH_AT", "SIAGA_CORPUS", "SIAGA_LOG"];

/// Variables with our name.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: Vec<(String, String)>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Environment {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Environment::of(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// An environment made of these variables.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Environment {
        let ours = variables.into_iter().filter(|(name, _)| name.starts_with("SIAGA_"));
        let mut variables: Vec<_> = ours.collect();
        variables.sort();
        Environment { variables }
    }

    /// The keys that are set.
    pub(super) fn overrides(&self) -> Vec<Override> {
        let parts = self.variables.iter().filter_map(|pair| Some((pair, pair.0.strip_prefix(PREFIX)?)));
        parts
            .map(|((variable, value), rest)| Override {
                variable: variable.clone(),
                place: rest.to_ascii_lowercase().replace("__", "."),
                value: value.clone(),
            })
            .collect()
    }

    /// Variables that somebody meant to have an effect.
    pub(super) fn idle(&self) -> Vec<String> {
        let names = self.variables.iter().map(|(name, _)| name);
        names.filter(|name| !name.starts_with(PREFIX) && !OTHERS.contains(&name.as_str())).cloned().collect()
    }
}
