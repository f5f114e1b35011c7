use super::match_::{Annotations, Joined, Sources, check_apart_from_evidence};
use super::{End, STOP, index, say};
use crate::case::{Access, Case};
use crate::control;
use crate::interchange::{Export, INTERCHANGES, Interchange};
use crate::matching::{Controls, survey};
use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    /// A registry: with it, items carry the customer_id of those whose they surely are.
    #[arg(long, value_name = "DIR")]
    registry: Option<PathBuf>,
    /// Where the files go.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What to write; by default everything.
    #[arg(long = "format", value_name = "FORMAT", value_delimiter = ',', value_parser = PossibleValuesParser::new(INTERCHANGES.iter().map(|i| i.name)))]
    formats: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let is_wanted = |shape: &&Interchange| arguments.formats.is_empty() || arguments.formats.iter().any(|name| name == shape.name);
    let shapes: Vec<&Interchange> = INTERCHANGES.iter().filter(is_wanted).collect();
    let sources = arguments.registry.clone().map(|registry| Sources { registry, ..Sources::default() });
    let registry = sources.as_ref().map(Sources::load).transpose()?;
    let case = Case::open(&arguments.case, Access::Read)?;
    check_apart_from_evidence(&case, &[], &arguments.out)?;
    let places = match registry {
        Some(registry) => {
            let names: Vec<String> = registry.institutions.iter().map(|i| i.customer_id.clone()).collect();
            let joined = Joined::with(&case, registry, Annotations::default())?;
            Export::of_matched(&joined.matched, |number| names[number].clone()).write(&arguments.out, &shapes)?
        }
        None => {
            let planted = control::planted(&case, Access::Read, &index::fence(), 0, &STOP)?;
            let controls = Controls { missed: planted.missed_formats(), ..Controls::default() };
            Export::of_survey(&survey(&case, &controls)?).write(&arguments.out, &shapes)?
        }
    };
    places.iter().for_each(|place| say(&format!("{}", place.display())));
    Ok(End::Clear)
}
