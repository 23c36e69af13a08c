"""The store: the only home of SQLAlchemy. What is not in here is not true."""
