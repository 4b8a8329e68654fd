//! The program `pricetag`.

fn main() -> std::process::ExitCode {
    pricetag_server::command::run()
}
