/// Credentials for units of systemd.
enum UnitCredentials {}
