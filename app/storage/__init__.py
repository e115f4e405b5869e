"""SQLite through SQLAlchemy Core: tables, units of work, the change journal, repositories."""
