"""Tests of the project as a whole: conventions, dependencies, database objects, public fields and templates."""
