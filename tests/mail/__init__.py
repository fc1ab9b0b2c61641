"""Mail, against a real mail server in this process."""
