//! One small history a rule.
