use super::as_decided::AsDecided;
use super::match_::check_apart_from_evidence;
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
    /// Where any of these is named, items carry the customer_id of those whose they surely are.
    #[command(flatten)]
    decided_by: AsDecided,
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
    let case = Case::open(&arguments.case, Access::Read)?;
    check_apart_from_evidence(&case, &[], &arguments.out)?;
    let places = match arguments.decided_by.is_named() {
        true => {
            let mut names = Vec::new();
            let joined = arguments.decided_by.join(&case, &mut |registry| {
                names.extend(registry.institutions.iter().map(|i| i.customer_id.clone()));
                Ok(())
            })?;
            Export::of_matched(&joined.matched, |number| names[number].clone()).write(&arguments.out, &shapes)?
        }
        false => {
            let planted = control::planted(&case, Access::Read, &index::fence(), 0, &STOP)?;
            let controls = Controls { missed: planted.missed_formats(), ..Controls::default() };
            Export::of_survey(&survey(&case, &controls)?).write(&arguments.out, &shapes)?
        }
    };
    places.iter().for_each(|place| say(&format!("{}", place.display())));
    Ok(End::Clear)
}
