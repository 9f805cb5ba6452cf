### The organisation's directory.

nav-directory = Directory
directory-text = Who works here, whether they can be reached now, and their numbers.
directory-find = Name, department, place or number
directory-call = Call { $name }: { $number }
directory-write = Write to { $name }
directory-none-found = Nobody found
directory-none-found-text = Try the beginning of a name, a department or an extension.
directory-connect = People come from your organisation's own directory:

settings-tab-directory = Directory
directory-source-text = Unisono reads who works for you from your LDAP directory or Active Directory: name, mail address, title, department, place and business numbers. Nothing is written into it, and home numbers are not read.
directory-people = { $people ->
    [one] { $people } person
   *[other] { $people } people
  }
directory-read-at = Read { $when }
directory-read-never = Not read yet
directory-problem = It could not be read; everybody stays who was known.
directory-problem-directory-unreachable = The server does not answer.
directory-problem-directory-insecure = There is no connection by TLS with a certificate that this machine trusts for that name.
directory-problem-directory-refused = The server does not take this account, or shows it nobody.
directory-problem-directory-bad-base = The server knows no such base.
directory-problem-directory-bad-filter = The server does not understand the filter.
directory-problem-directory-too-large = There are more people than can be read.
directory-problem-directory-limited = The server shows this account only a part of its people.
directory-problem-directory-shrunk = More than half of the people would be gone. If that is true, say so.
directory-problem-directory-no-library = The part that reads directories is not installed (unisono[ldap]).
directory-now = Read now
directory-believe = They are really gone
directory-drop = Forget the directory
directory-url = Server
directory-url-hint = ldaps://ldap.example.com, or ldap:// with StartTLS
directory-url-wrong = Begin with ldaps:// or ldap:// and name the server
directory-start-tls = StartTLS
directory-base = Base
directory-base-hint = Where your people stand, for example ou=people,dc=example,dc=com
directory-bind = Account that reads
directory-bind-hint = Its whole name in the directory (DN), or name@domain in Active Directory
directory-password = Its password
directory-password-kept = A password is kept. Leave this empty to keep it.
directory-filter = Filter
directory-filter-hint = Whom to take (RFC 4515). Left empty: persons with a mail address or a number
directory-every = Read anew every so many hours
directory-save = Save and read
directory-try = Check
directory-tried = { $people ->
    [one] { $people } person: { $names }
   *[other] { $people } people, among them { $names }
  }
directory-tried-none = The server answers, but shows nobody. Look at base, filter and the account's rights.
directory-saved = The directory is set.
directory-read = { $people } people; { $changed } new or changed, { $gone } gone.
directory-dropped = The directory is forgotten with everybody in it.

# In the audit

audit-directory-set = set the organisation's directory
audit-directory-dropped = forgot the organisation's directory
