//! Tests of Service Quotas: its scenarios. That other services heed what it grants: `scenarios/cross/quotas`.

mod scenarios;
