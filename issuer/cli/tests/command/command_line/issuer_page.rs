//! The commands accept the examples of `docs/issuer.md` and of `--help`.

use crate::support::TestFolder;

const PAGE: &str = include_str!("../../../../../docs/issuer.md");

/// The indented lines that follow the first line which ends in a colon.
fn example(help: &str) -> String {
    let lines = help
        .lines()
        .skip_while(|line| !line.starts_with("A "))
        .skip_while(|line| !line.ends_with(':'))
        .skip(2);
    let lines: Vec<_> = lines
        .take_while(|line| line.is_empty() || line.starts_with("  "))
        .collect();
    lines.join("\n")
}

#[test]
fn the_ceiling_on_the_page_is_accepted() {
    let place = TestFolder::new();
    let ceiling = PAGE.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let file = place.file("ceiling.yaml", ceiling);
    place.run(&["client", "add", "planner", "--ceiling", &file]).ok();
}

#[test]
fn the_ceiling_and_the_policy_of_the_help_fit_together() {
    let place = TestFolder::new();
    let server = place.serve();
    let ceiling = place.file("ceiling.yaml", &example(&place.run(&["client", "add", "--help"]).ok()));
    let client = place
        .run(&["client", "add", "planner", "--json", "--ceiling", &ceiling])
        .json();
    let policy = example(&place.run(&["mint", "--help"]).ok());
    assert_eq!(
        place
            .mint(&client, &server, &policy, &["--tokens"])
            .ok()
            .lines()
            .count(),
        1
    );
}
