//! Oracle: exports of the classic utility and of Data Pump.

mod export;
mod pump;
mod rows;
mod value;

pub use export::EXPORT;
pub use pump::PUMP;
