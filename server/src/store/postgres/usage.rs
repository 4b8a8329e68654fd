//! Usage, summed by PostgreSQL: no capture is read into memory.

use deadpool_postgres::Pool;
use tokio_postgres::{Row, types::ToSql};

use super::readers::rows;
use crate::{
    clock::Millis,
    store::{By, StoreFault, Sums, Usage, rows::SUM_UNIT},
    times::DAY_MS,
};

pub async fn of(
    pool: &Pool,
    account_id: &str,
    by: &By,
    from: Millis,
    until: Millis,
    most: i64,
) -> Result<Usage, StoreFault> {
    let sums = format!(
        "count(DISTINCT hold_id), count(*),
         coalesce(sum(delivered / {SUM_UNIT}), 0)::bigint, coalesce(sum(delivered % {SUM_UNIT}), 0)::bigint,
         coalesce(sum(estimated / {SUM_UNIT}), 0)::bigint, coalesce(sum(estimated % {SUM_UNIT}), 0)::bigint,
         coalesce(sum(charge / {SUM_UNIT}), 0)::bigint, coalesce(sum(charge % {SUM_UNIT}), 0)::bigint"
    );
    let of_range = "account_id = $1 AND s.at >= $2 AND s.at < $3";
    let range: [&(dyn ToSql + Sync); 3] = [&account_id, &from, &until];
    let total = rows(pool, &format!("SELECT {sums} FROM settled_lines s WHERE {of_range}"), &range).await?;
    let total = total.first().ok_or_else(|| StoreFault::Unavailable("a sum has no row".into()))?;
    let (key, join, choice) = match by {
        By::Operation => ("operation".into(), "", None),
        By::Day => (format!("(s.at / {DAY_MS})::text"), "", None),
        By::Asset => ("h.asset".into(), "JOIN holds h USING (account_id, hold_id)", None),
        By::Choice(name) => ("choices::json ->> $5::text".into(), "", Some(name)),
    };
    let sql = format!(
        "SELECT {key}, {sums}, count(*) OVER () FROM settled_lines s {join} WHERE {of_range}
         GROUP BY 1 ORDER BY sum(charge) DESC, 1 LIMIT $4"
    );
    let mut parameters = range.to_vec();
    parameters.push(&most);
    if let Some(name) = &choice {
        parameters.push(name);
    }
    let found = rows(pool, &sql, &parameters).await?;
    let groups =
        found.iter().map(|row| Ok((row.try_get(0)?, read_sums(row, 1)?))).collect::<Result<_, StoreFault>>()?;
    let groups_count: i64 = found.first().map_or(Ok(0), |row| row.try_get(9))?;
    let first = rows(pool, "SELECT min(at) FROM settled_lines WHERE account_id = $1", &[&account_id]).await?;
    let first_at = first.first().map(|row| row.try_get(0)).transpose()?.flatten();
    Ok(Usage { total: read_sums(total, 0)?, groups, groups_count: groups_count.unsigned_abs(), first_at })
}

fn read_sums(row: &Row, first: usize) -> Result<Sums, StoreFault> {
    let count = |column: usize| row.try_get::<_, i64>(column).map(i64::unsigned_abs);
    let sum = |column: usize| -> Result<i128, StoreFault> {
        let (units, rest): (i64, i64) = (row.try_get(column)?, row.try_get(column + 1)?);
        Ok(i128::from(units) * i128::from(SUM_UNIT) + i128::from(rest))
    };
    Ok(Sums {
        captures: count(first)?,
        lines: count(first + 1)?,
        outputs: sum(first + 2)?,
        estimated: sum(first + 4)?,
        charged: sum(first + 6)?,
    })
}
