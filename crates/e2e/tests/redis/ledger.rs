//! The database's own record of how scans ended: triggers write down each change to a final status, each change after
//! it, and each report that is stored or replaced. So "recorded twice" is not asked of the program that is under test.

use std::fmt;

use super::database;
use super::deployment::Deployment;
use repolens_testkit::until;

pub struct Ledger {
    database: String,
}

/// What became of all scans that were accepted.
#[derive(Debug, PartialEq, Eq)]
pub struct Tally {
    pub accepted: usize,
    /// Accepted, and not in the database.
    pub lost: usize,
    pub not_ended: usize,
    /// Ended more than once, changed after its end, or given a second report.
    pub recorded_twice: usize,
    pub completed: usize,
    /// Completed without a report, or the other way round.
    pub half_recorded: usize,
    pub most_attempts: u32,
}

const TRIGGERS: &str = r#"
CREATE TABLE ledger (scan text NOT NULL, what text NOT NULL);
CREATE FUNCTION note_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.status IN ('COMPLETED', 'FAILED', 'CANCELLED') OR NEW.status IN ('COMPLETED', 'FAILED', 'CANCELLED') THEN
    INSERT INTO ledger VALUES (NEW.id, 'end');
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION note_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO ledger VALUES (NEW."scanId", 'report');
  RETURN NULL;
END $$;
CREATE TRIGGER note_end AFTER UPDATE ON scans FOR EACH ROW EXECUTE FUNCTION note_end();
CREATE TRIGGER note_report AFTER INSERT OR UPDATE ON scan_reports FOR EACH ROW EXECUTE FUNCTION note_report();
"#;

impl Ledger {
    /// Writes down what happens from here on. The API has made its tables.
    pub async fn open(deployment: &Deployment) -> Self {
        let ledger = Self {
            database: deployment.database.clone(),
        };
        ledger.values(TRIGGERS).await;
        ledger
    }

    /// Waits until all scans have ended, for as long as they go on ending, and counts.
    pub async fn tally(&self, accepted: &[String]) -> Tally {
        let unended = "SELECT count(*) AS v FROM scans WHERE status IN ('QUEUED', 'PROCESSING')";
        let mut left = self.values(unended).await;
        while left != ["0"] {
            until(&format!("one more of the {left:?} scans has ended"), async || {
                self.values(unended).await != left
            })
            .await;
            left = self.values(unended).await;
        }
        self.count(accepted).await
    }

    async fn values(&self, sql: &str) -> Vec<String> {
        database::postgres_values(&self.database, sql).await
    }

    /// The counts as they are now.
    pub async fn count(&self, accepted: &[String]) -> Tally {
        let number = async |what: &str| -> usize {
            let figure = self.values(&format!("SELECT {what} AS v")).await.remove(0);
            figure.parse().unwrap_or_else(|_| panic!("`{what}` is {figure}"))
        };
        let ids: Vec<String> = accepted.iter().map(|id| format!("('{id}')")).collect();
        let all = format!("(VALUES {}) AS accepted (id)", ids.join(", "));
        let scans = format!("{all} JOIN scans USING (id)");
        Tally {
            accepted: accepted.len(),
            lost: number(&format!(
                "(SELECT count(*) FROM {all} LEFT JOIN scans USING (id) WHERE scans.id IS NULL)"
            ))
            .await,
            not_ended: number(&format!(
                "(SELECT count(*) FROM {scans} WHERE status IN ('QUEUED', 'PROCESSING'))"
            ))
            .await,
            recorded_twice: number(
                "(SELECT count(DISTINCT scan) FROM (SELECT scan FROM ledger GROUP BY scan, what HAVING count(*) > 1) AS twice)",
            )
            .await,
            completed: number(&format!("(SELECT count(*) FROM {scans} WHERE status = 'COMPLETED')")).await,
            half_recorded: number(&format!(
                "(SELECT count(*) FROM {scans} LEFT JOIN scan_reports ON \"scanId\" = id \
                  WHERE (status = 'COMPLETED') <> (\"scanId\" IS NOT NULL))"
            ))
            .await,
            most_attempts: u32::try_from(number(&format!("(SELECT coalesce(max(attempts), 0) FROM {scans})")).await)
                .expect("a small number"),
        }
    }
}

impl Tally {
    /// None is lost, none is recorded twice, each has ended.
    #[track_caller]
    pub fn holds(&self) {
        let broken = [self.lost, self.not_ended, self.recorded_twice, self.half_recorded];
        assert_eq!(broken, [0; 4], "{self}");
    }

    /// The same, and each was completed.
    #[track_caller]
    pub fn all_completed(&self) {
        self.holds();
        assert_eq!(self.completed, self.accepted, "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "accepted {}, lost {}, not ended {}, recorded twice {}, half recorded {}, completed {}, most attempts {}",
            self.accepted,
            self.lost,
            self.not_ended,
            self.recorded_twice,
            self.half_recorded,
            self.completed,
            self.most_attempts
        )
    }
}
