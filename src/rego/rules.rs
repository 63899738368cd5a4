//! Which rules of the files are asked: those with the names that conftest asks for.

use super::{File, Kind, Rule, Trouble, engine, trouble};
use serde::Deserialize;
use serde_json::Value;

/// A file as the engine has understood it; the parts that are of use.
#[derive(Deserialize)]
struct Module {
    source: Source,
    ast: Tree,
}

#[derive(Deserialize)]
struct Source {
    file: String,
}

#[derive(Deserialize)]
struct Tree {
    rules: Vec<Value>,
}

/// Every rule that is called `deny`, `violation` or `warn`, or begins so with a `_` behind it; each once, in the order of the
/// files.
///
/// # Errors
/// A file is not understood, or none of its rules would be asked: it would judge nothing, and look as if it did.
pub(crate) fn rules(files: &[File]) -> Result<Vec<Rule>, Trouble> {
    let engine = engine(files)?;
    let packages = engine
        .get_packages()
        .map_err(|error| trouble(files, &error))?;
    let modules = engine
        .get_ast_as_json()
        .map_err(|error| trouble(files, &error))?;
    let modules: Vec<Module> = serde_json::from_str(&modules).map_err(|error| Trouble {
        at: None,
        message: format!("the engine describes its rules in another way than is known: {error}"),
    })?;
    let mut all: Vec<Rule> = Vec::new();
    for (module, package) in modules.iter().zip(packages) {
        let Some(file) = files
            .iter()
            .position(|file| file.path == module.source.file)
        else {
            continue;
        };
        let mut any = false;
        for (name, range) in module.ast.rules.iter().filter_map(head) {
            let Some(kind) = kind(&name) else { continue };
            any = true;
            if all
                .iter()
                .any(|known| known.package == package && known.name == name)
            {
                continue;
            }
            all.push(Rule {
                file,
                range,
                package: package.clone(),
                name,
                kind,
            });
        }
        if !any && !is_library(&module.ast.rules) {
            return Err(Trouble {
                at: Some((file, 0)),
                message: "no rule of this file is asked, for none is called `deny`, `violation` or `warn`".to_owned(),
            });
        }
    }
    Ok(all)
}

/// Nothing but functions, for the rules of other files.
fn is_library(rules: &[Value]) -> bool {
    let is_function = |rule: &Value| !rule["Spec"]["head"]["Func"].is_null();
    !rules.is_empty() && rules.iter().all(is_function)
}

/// Name and place of a rule; of a function there is none, for nobody can ask it.
fn head(rule: &Value) -> Option<(String, std::ops::Range<usize>)> {
    let head = &rule["Spec"]["head"];
    let head = head.get("Set").or_else(|| head.get("Compr"))?;
    let mut name = &head["refr"];
    // `violation[x]`, `deny.more`: what stands before.
    while let Some(inner) = name.get("RefBrack").or_else(|| name.get("RefDot")) {
        name = &inner["refr"];
    }
    let span = &rule["Spec"]["span"];
    let at = |key: &str| usize::try_from(span[key].as_u64()?).ok();
    let range = at("start")?..at("end")?;
    Some((name["Var"]["value"].as_str()?.to_owned(), range))
}

fn kind(name: &str) -> Option<Kind> {
    [
        ("deny", Kind::Deny),
        ("violation", Kind::Deny),
        ("warn", Kind::Warn),
    ]
    .into_iter()
    .find(|(word, _)| {
        let rest = name.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
    .map(|(_, kind)| kind)
}
