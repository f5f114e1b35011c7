//! The registry: institutions, their names and identifiers, products and deployments, the incident.
