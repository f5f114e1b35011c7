//! Deployments of one institution that cannot all be as they stand: what overlaps, what contradicts itself, what
//! has no dates. No verdict rests on it; each deployment is judged by itself, and one that depends is enough.

use crate::registry::{DateCell, Deployment, Institution};

/// What is odd about a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// Another one of the same product and business unit was in use at the same time, on another platform or
    /// version.
    Overlapping,
    /// Its own dates contradict each other.
    Contradictory,
    /// Neither its beginning nor its end is known.
    Undated,
}

impl Conflict {
    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overlapping => "overlapping",
            Self::Contradictory => "contradictory",
            Self::Undated => "undated",
        }
    }
}

/// Conflicts of an institution's deployments, each with the index of the deployment.
pub fn conflicts(institution: &Institution) -> Vec<(usize, Conflict)> {
    let all = &institution.deployments;
    let mut out = Vec::new();
    for (index, one) in all.iter().enumerate() {
        if all.iter().enumerate().any(|(other, d)| other != index && overlap(one, d)) {
            out.push((index, Conflict::Overlapping));
        }
        if one.contradiction().is_some() {
            out.push((index, Conflict::Contradictory));
        }
        if one.from == DateCell::Empty && one.to == DateCell::Empty {
            out.push((index, Conflict::Undated));
        }
    }
    out
}

/// Two deployments that were in use on the same day and say different things. The day of a change belongs to both.
fn overlap(a: &Deployment, b: &Deployment) -> bool {
    let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    let is_same_unit = same(&a.product_id, &b.product_id) && same(&a.business_unit, &b.business_unit);
    let differs = || !same(&a.version, &b.version) || !crate::registry::same_platform(&a.platform, &b.platform);
    let ends_before =
        |a: &Deployment, b: &Deployment| matches!((a.to.earliest(), b.from.latest()), (Some(end), Some(begin)) if end <= begin);
    is_same_unit && differs() && !ends_before(a, b) && !ends_before(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(unit: &str, version: &str, from: &str, to: &str) -> Deployment {
        Deployment {
            product_id: "P1".to_owned(),
            business_unit: unit.to_owned(),
            platform: "sftp-hub".to_owned(),
            version: version.to_owned(),
            from: DateCell::read(from),
            to: DateCell::read(to),
            ..Deployment::default()
        }
    }

    fn found(deployments: &[Deployment]) -> Vec<(usize, &'static str)> {
        let institution = Institution { deployments: deployments.to_vec(), ..Institution::default() };
        conflicts(&institution).into_iter().map(|(index, conflict)| (index, conflict.as_str())).collect()
    }

    #[test]
    fn what_cannot_all_be_is_told() {
        let first = deployment("", "7.1", "2020-01-01", "2023-05-01");
        assert_eq!(found(&[first.clone(), deployment("", "7.2", "2023-05-01", "")]), []);
        assert_eq!(found(&[first.clone(), deployment("", "7.2", "2023-04-01", "")]), [(0, "overlapping"), (1, "overlapping")]);
        assert_eq!(found(&[first.clone(), deployment("Cards", "7.2", "2023-04-01", "")]), []);
        assert_eq!(found(&[first.clone(), deployment("", "7.1", "2023-04-01", "")]), []);
        assert_eq!(found(&[deployment("", "7.1", "2023-05-02", "2023-05-01")]), [(0, "contradictory")]);
        assert_eq!(found(&[deployment("", "7.1", "", "")]), [(0, "undated")]);
        assert_eq!(found(&[first, deployment("", "7.2", "", "")]), [(0, "overlapping"), (1, "overlapping"), (1, "undated")]);
    }
}
