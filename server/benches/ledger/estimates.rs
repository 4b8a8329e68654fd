//! `POST /v1/estimate` beside a handler of the same server that answers a constant of the same length.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};
