//! What can be asked without judging anything: explanations, schemas, the picture.

use super::describe;
use crate::cli::{Explain, Format, Graph, Picture, Schema};
use crate::context::Context;
use crate::exit::Exit;
use crate::finding::Meta;
use crate::fleet::words::or_list;
use crate::reason::Reason;
use crate::report::mermaid::Marks;
use crate::report::paint::Paint;
use crate::report::{Report, explain, mermaid, svg, topology};
use crate::{describer, policy};
use anyhow::{Context as _, bail};
use std::io;

/// From this likeness on a name may have been meant: 1 is the same.
const ALIKE: f64 = 0.75;

/// Every code lostops can find, by code.
pub(super) fn catalogue() -> Vec<&'static Meta> {
    let rules = policy::RULES.iter().map(|rule| rule.meta);
    let mut all: Vec<&'static Meta> = describer::CODES.iter().copied().chain(rules).collect();
    all.sort_by_key(|meta| meta.code);
    all
}

pub(super) fn explain(
    arguments: &Explain,
    colours: bool,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    let all = catalogue();
    if arguments.markdown {
        explain::markdown(&all, out)?;
        return Ok(Exit::Clean);
    }
    if arguments.reasons {
        explain::reasons(out)?;
        return Ok(Exit::Clean);
    }
    let Some(asked) = &arguments.code else {
        explain::list(&all, Paint(colours), out)?;
        return Ok(Exit::Clean);
    };
    let Some(meta) = all
        .iter()
        .find(|meta| meta.code.eq_ignore_ascii_case(asked) || meta.name == asked.as_str())
    else {
        if let Some(reason) = Reason::ALL.iter().find(|reason| reason.word() == asked) {
            explain::reason(*reason, Paint(colours), out)?;
            return Ok(Exit::Clean);
        }
        let near = all
            .iter()
            .flat_map(|meta| [meta.code, meta.name])
            .chain(Reason::ALL.iter().map(|reason| reason.word()))
            .map(|known| (strsim::jaro_winkler(known, asked), known))
            .filter(|(likeness, _)| *likeness > ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| format!("did you mean `{known}`? "));
        bail!(
            "there is no finding and no failure reason `{asked}`; {}`lostops explain` lists them all",
            near.unwrap_or_default()
        );
    };
    explain::one(meta, Paint(colours), out)?;
    Ok(Exit::Clean)
}

pub(super) fn schema(arguments: &Schema, out: &mut dyn io::Write) -> anyhow::Result<Exit> {
    let mut schemas = describer::schemas();
    schemas.push(policy::own::schema());
    schemas.sort_by_key(|(name, _)| *name);
    if let Some(folder) = &arguments.write {
        fs_err::create_dir_all(folder)?;
        for (name, schema) in &schemas {
            let path = folder.join(name);
            fs_err::write(
                &path,
                format!("{}\n", serde_json::to_string_pretty(schema)?),
            )?;
            writeln!(out, "{path}")?;
        }
        return Ok(Exit::Clean);
    }
    let names: Vec<&str> = schemas
        .iter()
        .map(|(name, _)| name.trim_end_matches(".schema.json"))
        .collect();
    let Some(asked) = &arguments.name else {
        writeln!(out, "{}", names.join("\n"))?;
        return Ok(Exit::Clean);
    };
    let wanted = asked.trim_end_matches(".schema.json");
    let schema = names
        .iter()
        .position(|name| *name == wanted)
        .map(|at| &schemas[at].1);
    let schema = schema
        .with_context(|| format!("there is no schema `{asked}`: choose {}", or_list(&names)))?;
    writeln!(out, "{}", serde_json::to_string_pretty(schema)?)?;
    Ok(Exit::Clean)
}

/// Draws the topology; describers with errors are reported instead.
pub(super) fn graph(
    context: &Context,
    arguments: &Graph,
    colours: bool,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    let mut report = Report::new("graph");
    match describe::one(context, &arguments.describers, &mut report) {
        Ok(Some(fleet)) => {
            let topology = topology::topology(&fleet);
            match arguments.format {
                Picture::Mermaid => mermaid::render(&topology, &Marks::default(), out)?,
                Picture::Svg => svg::render(&topology, out)?,
            }
            return Ok(Exit::Clean);
        }
        Ok(None) => {}
        Err(failure) => report.failure = Some(failure),
    }
    super::show(context, report, Format::Human, colours, out)
}
