//! What the tests share: running the program, making evidence and registries, reading and scoring outputs.

mod corpus;
mod desk;
mod files;
mod golden;
mod outputs;
mod program;
mod random;
mod registry;
mod scoring;
mod shared;
mod viewers;

pub use corpus::Demo;
pub use desk::{Desk, Job, decided};
pub use files::{aes_zip, copy_tree, docx, docx_of, files_below, gzip, nacha, pdf, tar_of, write, xlsx, zip_of};
pub use golden::assert_golden;
pub use outputs::{Outputs, Row, rows};
pub use program::{Finished, program, run};
pub use random::Random;
pub use registry::{Institution, write_registry};
pub use scoring::{Truth, wrong_data};
pub use shared::{assert_table, shared};
pub use viewers::{view, viewer};
