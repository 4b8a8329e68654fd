//! Usage, summed by SQLite: no capture is read into memory.

use rusqlite::{Connection, Row, params_from_iter, types::Value};

use crate::{
    clock::Millis,
    store::{By, StoreFault, Sums, Usage, rows::SUM_UNIT},
    times::DAY_MS,
};

pub fn of(
    ledger: &Connection,
    account_id: &str,
    by: &By,
    from: Millis,
    until: Millis,
    most: i64,
) -> Result<Usage, StoreFault> {
    let range: [Value; 3] = [account_id.to_owned().into(), from.into(), until.into()];
    let sums = format!(
        "count(DISTINCT hold_id), count(*),
         coalesce(sum(delivered / {SUM_UNIT}), 0), coalesce(sum(delivered % {SUM_UNIT}), 0),
         coalesce(sum(estimated / {SUM_UNIT}), 0), coalesce(sum(estimated % {SUM_UNIT}), 0),
         coalesce(sum(charge / {SUM_UNIT}), 0), coalesce(sum(charge % {SUM_UNIT}), 0)"
    );
    let of_range = "account_id = ?1 AND s.at >= ?2 AND s.at < ?3";
    let total = format!("SELECT {sums} FROM settled_lines s WHERE {of_range}");
    let total = ledger.prepare_cached(&total)?.query_row(params_from_iter(&range), |row| read_sums(row, 0))?;
    // What a card may call a choice needs no escape in a path.
    let (key, join, path) = match by {
        By::Operation => ("operation".into(), "", None),
        By::Day => (format!("CAST(s.at / {DAY_MS} AS TEXT)"), "", None),
        By::Asset => ("h.asset".into(), "JOIN holds h USING (account_id, hold_id)", None),
        By::Choice(name) => ("json_extract(choices, ?5)".into(), "", Some(format!("$.\"{name}\""))),
    };
    let sql = format!(
        "SELECT {key}, {sums}, count(*) OVER () FROM settled_lines s {join} WHERE {of_range}
         GROUP BY 1 ORDER BY total(charge) DESC, 1 LIMIT ?4"
    );
    let parameters = range.iter().cloned().chain([most.into()]).chain(path.map(Value::from));
    let mut statement = ledger.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    let (mut groups, mut groups_count) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        groups.push((row.get(0)?, read_sums(row, 1)?));
        groups_count = row.get(9)?;
    }
    let first = "SELECT min(at) FROM settled_lines WHERE account_id = ?1";
    let first_at = ledger.prepare_cached(first)?.query_row([account_id], |row| row.get(0))?;
    Ok(Usage { total, groups, groups_count, first_at })
}

fn read_sums(row: &Row<'_>, first: usize) -> rusqlite::Result<Sums> {
    let sum = |column: usize| -> rusqlite::Result<i128> {
        let (units, rest): (i64, i64) = (row.get(column)?, row.get(column + 1)?);
        Ok(i128::from(units) * i128::from(SUM_UNIT) + i128::from(rest))
    };
    Ok(Sums {
        captures: row.get(first)?,
        lines: row.get(first + 1)?,
        outputs: sum(first + 2)?,
        estimated: sum(first + 4)?,
        charged: sum(first + 6)?,
    })
}
