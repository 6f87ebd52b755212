// Plain commands by what they do, whatever their arguments. Data and lookup only; commands whose arguments decide have code of their own.
// A command that stands nowhere is not known, and what is not known keeps the upper bound.
import type { Intent } from '../../../call.ts';

const READ = `ls ll la dir tree pwd cd pushd popd echo printf test [ true false : sleep seq basename dirname realpath readlink which whereis whatis
  type file stat wc sort uniq cut tr head tail less more cat bat batcat nl tac rev column comm diff cmp sdiff jq xq yq grep egrep fgrep zgrep rg ag ack
  find fd fdfind locate mlocate man info help tldr xxd od hexdump strings expr bc dc cal date who w whoami id hostname uname uptime
  df du free ps top htop btop pgrep pidof lsof netstat ss ip ifconfig arp route ping ping6 dig host nslookup traceroute tracepath mtr whois nmap
  lscpu lsblk lsusb lspci lsmod lshw dmidecode blkid dmesg vmstat iostat mpstat sar getent groups locale nproc arch tput clear reset
  exit return wait read set shopt export alias unalias unset local readonly declare typeset base64 base32 basenc md5sum sha1sum sha256sum sha512sum shasum cksum b2sum sum
  fold fmt paste join expand unexpand shuf tsort iconv envsubst xmllint jsonlint yamllint shellcheck eslint tslint pylint flake8 mypy ruff
  cloc tokei scc zcat bzcat xzcat zless zmore pstree last lastlog finger users tty stty getconf ulimit umask
  look spell aspell time nvidia-smi sensors acpi hwinfo inxi neofetch fastfetch screenfetch sestatus getenforce getfacl lsattr getcap
  namei mountpoint findmnt tabs ldd nm objdump readelf size addr2line ltrace gprof jobs bg fg dirs hash trap
  ver vol systeminfo tasklist findstr where ipconfig getmac driverquery fc comp tcping exiftool identify ffprobe mediainfo pdfinfo pdftotext
  stern k9s dive trivy grype syft gitleaks semgrep checkov tfsec hadolint vulture bandit radon wslpath cygpath
  awk gawk mawk nawk sed`;

const WRITE = `mkdir touch cp mv ln install tee split csplit chmod chown chgrp setfacl chattr umount mount tar zip gzip gunzip bzip2 bunzip2 xz unxz
  unzip 7z 7za unrar zstd unzstd lz4 cpio ar patch ed ex vi vim nvim nano emacs useradd adduser usermod groupadd addgroup groupmod passwd chpasswd chsh chfn
  gpasswd visudo make cmake ninja meson gradle gradlew mvn ant bazel sbt gcc g++ cc clang rustc javac tsc webpack vite rollup esbuild babel
  pytest tox nox jest mocha vitest phpunit rspec prettier black isort gofmt rustfmt autopep8 clang-format
  at batch screen tmux ldconfig update-alternatives ssh-keygen gpg openssl certbot swapon swapoff modprobe insmod sysctl
  locale-gen dpkg-reconfigure convert magick ffmpeg pandoc pdflatex xelatex wkhtmltopdf inkscape dot gnuplot cookiecutter virtualenv venv pyenv nvm rbenv asdf
  createdb createuser initdb rename mmv fallocate mkfifo mknod mktemp logger wall notify-send xdg-open open code start copy move xcopy robocopy ren md mklink
  attrib icacls takeown setx netsh dos2unix unix2dos sponge vipe`;

const DESTRUCTIVE = `rm rmdir unlink shred wipe srm scrub mkfs fdisk sfdisk cfdisk gdisk parted wipefs blkdiscard hdparm userdel deluser groupdel delgroup kill pkill killall
  xkill shutdown reboot halt poweroff init telinit dropdb dropuser rmmod lvremove vgremove pvremove
  forkbomb truncate trash trash-put del erase rd format diskpart taskkill cipher vssadmin bcdedit wbadmin deltree skill snice fuser debugfs
  rimraf del-cli mkswap badblocks iptables ip6tables nft`;

const EXFILTRATIVE = `scp sftp ftp lftp ncftpput tftp rclone croc wormhole magic-wormhole ffsend transfer mail mailx mutt sendmail swaks msmtp ssmtp
  pg_dump pg_dumpall mysqldump mariadb-dump mongodump mongoexport sqldump expdp ngrok localtunnel cloudflared pagekite serveo azcopy s3cmd
  dnscat dnscat2 iodine pastebinit termbin sqlpackage bcp arecord tcpdump tshark screencapture scrot`;

const BY_NAME = new Map<string, Intent>();
for (const [intent, text] of [
  ['read', READ],
  ['write', WRITE],
  ['destructive', DESTRUCTIVE],
  ['exfiltrative', EXFILTRATIVE],
] as const)
  for (const name of text.split(/\s+/)) BY_NAME.set(name, intent);

export function plainCommand(name: string): Intent | undefined {
  const known = BY_NAME.get(name);
  if (known) return known;
  if (name.startsWith('mkfs.')) return 'destructive';
  return undefined;
}

const SECRET_PATH =
  /(?:^|[/\\~])\.(?:ssh[/\\](?!known_hosts|config|authorized_keys|[^/\\]*\.pub)|aws[/\\]credentials|env(?:\.[a-z]+)?$|netrc|pgpass|git-credentials|docker[/\\]config\.json|kube[/\\]config|npmrc|pypirc|gnupg|vault-token|my\.cnf|bash_history|zsh_history|azure|config[/\\]gcloud)|\/etc\/(?:shadow|gshadow|sudoers|ssl\/private)|(?:^|[/\\])(?:id_rsa|id_ed25519|id_ecdsa|id_dsa)$|\.(?:pem|pfx|p12|jks|keystore|kdbx|ppk|key)$|\/proc\/(?:self|\d+)\/environ|(?:^|[/\\])(?:wallet\.dat|secrets?\.(?:ya?ml|json|toml|env)|credentials?(?:\.(?:json|ya?ml|csv|xml))?|Login Data|Cookies|ntds\.dit|SAM)$|[/\\]secrets[/\\]|\/run\/secrets\//i;

/** A file that holds credentials. */
export function isSecretPath(path: string): boolean {
  return path.length <= 4096 && !/\.(?:example|sample|template|dist|pub)$/i.test(path) && SECRET_PATH.test(path);
}

const SYSTEM_PATH =
  /^(?:\/etc\/(?!hosts$)|\/boot|\/dev\/(?:sd|hd|nvme|vd|disk|mem|kmem|xvd|mmcblk)|\/bin\/|\/sbin\/|\/usr\/(?:bin|sbin|lib)|\/lib|\/sys\/|\/proc\/sys|\/var\/spool\/cron|[A-Z]:\\Windows)|(?:^|[/~])(?:\.ssh\/authorized_keys|\.(?:bashrc|bash_profile|profile|zshrc|zprofile|zshenv|gitconfig|npmrc)|\.config\/(?:autostart|systemd)|\.git\/hooks\/)|crontab$|LaunchAgents|LaunchDaemons|[\\/]Startup[\\/]/i;

/** A file whose change takes over or breaks the machine. */
export function isSystemPath(path: string): boolean {
  return path.length <= 4096 && SYSTEM_PATH.test(path);
}
