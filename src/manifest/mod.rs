//! Manifests: listings and logs handed over beside the evidence.
