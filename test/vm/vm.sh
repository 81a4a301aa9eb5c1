# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# ./sfi vm: boots the unmodified kernel of the distribution in QEMU, with an
# initramfs made of the host's own tools, and runs a script there.

usage_vm() {
	cat <<-'END'
	usage: ./sfi vm [OPTION]... -- SCRIPT

	Boots the stock kernel, loads the sfi modules, runs SCRIPT as root and exits with its status.
	SCRIPT is a file of this machine or, if there is none of that name, the text of a shell script.
	busybox, iproute2, iperf3, ethtool and ping are at hand; the script starts in /root.

	  --kernel V           6.1 (default) or 6.12
	  --cpu MODEL          QEMU's CPU model; max by default, which has 5-level paging
	  --smp N              processors (2)
	  --mem MB             memory (1024)
	  --no-sfi             do not load the sfi modules
	  --module KO          copy a module, with the stock modules it depends on, for modprobe; KO is
	                       a file, or the name of a stock module
	  --file HOST[:GUEST]  copy a file or folder into the guest (/root by default), with the
	                       libraries that a program needs
	  --qemu "ARGS"        more arguments for QEMU
	  --append "ARGS"      more arguments for the kernel
	  --timeout S          seconds until the machine is stopped (600)
	  --log FILE           where the kernel's log goes (build/vm/last.log)

	Exit status: the script's; 124 on time-out, 125 when the kernel died (oops, panic, machine lost)
	with the reason on stderr, 126 when the sfi modules could not be loaded.
	END
}

# What a dying kernel says; "[#1]" ends the first line of every oops. Our own reports are not that.
VM_DEATH='Kernel panic|BUG: | \[#[0-9]+\] |detected stalls on CPUs|self-detected stall'

# The first line of log $1 that tells of the kernel's death. Nothing if it lived.
vm_death() {
	grep -aE "$VM_DEATH" "$1" 2>/dev/null | grep -av 'sfi: ' | head -n 1 | tr -d '\r'
}

# Copies program or file $2 of the host to $3 below $1, with the libraries it needs.
vm_copy() {
	mkdir -p "$1$(dirname "$3")"
	cp -RL "$2" "$1$3"
	[ -f "$2" ] && [ -x "$2" ] || return 0
	# A script and a static program have none.
	ldd "$2" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		[ -e "$1$lib" ] || {
			mkdir -p "$1$(dirname "$lib")"
			cp -L "$lib" "$1$lib"
		}
	done
}

# The part of the initramfs that is the same for all: made once.
vm_base() {
	stamp=$(sum_of "$TOP/test/vm/vm.sh" /var/lib/dpkg/status)
	[ ! -e "$BUILD/vm/base.cpio" ] || ! fresh "$BUILD/vm/base.stamp" "$stamp" || return 0
	root=$BUILD/vm/base
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/sbin" "$root/usr/bin" "$root/usr/sbin" "$root/usr/local/bin" "$root/etc" \
		"$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/run" "$root/root" "$root/lib/modules"
	cp "$(command -v busybox)" "$root/bin/busybox"
	# What starts programs is not busybox's: that prefers its own applets to the real ip and ping.
	for tool in sh env nice nohup setsid taskset timeout xargs; do
		vm_copy "$root" "$(command -v $tool)" "/bin/$tool"
	done
	for applet in $("$root/bin/busybox" --list); do
		ln -s busybox "$root/bin/$applet" 2>/dev/null || :
	done
	for tool in ip ss tc iperf3 ethtool ping; do
		vm_copy "$root" "$(PATH=$PATH:/usr/sbin:/sbin command -v $tool)" "/usr/bin/$tool"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\n' >"$root/etc/group"
	printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
	mknod -m 600 "$root/dev/console" c 5 1 2>/dev/null || :
	vm_pack "$root" "$BUILD/vm/base.cpio.new"
	mv "$BUILD/vm/base.cpio.new" "$BUILD/vm/base.cpio"
	echo "$stamp" >"$BUILD/vm/base.stamp"
	rm -rf "$root"
}

vm_pack() {
	(cd "$1" && find . -print0 | cpio --null --create --format=newc --owner=0:0 --quiet) >"$2"
}

# Adds the stock module $2 and all it depends on to the guest's module tree $1.
vm_stock_module() {
	path=$(awk -v n="$(echo "$2" | tr - _)" '$1 == n { print $2; exit }' "$K/modules.list")
	[ -n "$path" ] || return 1
	file=$1/kernel/$(basename "$path")
	case $file in *.xz) file=${file%.xz} ;; esac
	[ ! -e "$file" ] || return 0
	mkdir -p "$1/kernel"
	case $path in
	*.xz) xz -dc "$path" >"$file" ;;
	*) cp "$path" "$file" ;;
	esac
	vm_dependencies "$1" "$file"
}

# Adds the stock modules that module file $2 needs. One that is not stock must have been given.
vm_dependencies() {
	for dep in $(modinfo -F depends "$2" | tr , ' '); do
		[ -e "$1/extra/$dep.ko" ] || vm_stock_module "$1" "$dep" || :
	done
}

# The guest's /lib/modules below $1: sfi's own modules, those asked for, what they need.
vm_modules() {
	tree=$1/lib/modules/$KREL
	mkdir -p "$tree/extra" "$1/etc"
	: >"$1/etc/sfi-modules"
	if [ "$VM_SFI" = yes ]; then
		for ko in "$K"/kmod/*.ko; do
			cp "$ko" "$tree/extra/"
			basename "$ko" .ko >>"$1/etc/sfi-modules"
		done
	fi
	# Files first: they take precedence over stock modules of the same name.
	for ko in $VM_MODULES; do
		case $ko in
		*.ko)
			[ -f "$ko" ] || die "no module $ko"
			cp "$ko" "$tree/extra/$(basename "$ko" | tr - _)"
			;;
		esac
	done
	for ko in $VM_MODULES; do
		case $ko in
		*.ko) ;;
		*) vm_stock_module "$tree" "$ko" || die "no stock module $ko" ;;
		esac
	done
	for ko in "$tree"/extra/*.ko; do
		[ ! -e "$ko" ] || vm_dependencies "$tree" "$ko"
	done
	for list in modules.builtin modules.builtin.modinfo; do
		cp "$(dirname "$(find "$IMAGE" -name $list | head -n 1)")/$list" "$tree/"
	done
	: >"$tree/modules.order"
	depmod -b "$1" "$KREL" 2>/dev/null || PATH=$PATH:/sbin:/usr/sbin depmod -b "$1" "$KREL"
}

# Debian 12's QEMU, 7.2, emulates processors that run at the same time with a flaw: while the kernel patches its own
# code on one of them, another may keep a translation of the breakpoint that it put there meanwhile, and runs it for
# ever after. Since 8.1 it looks again (docs/decisions/015-a-newer-emulator.md). Sets $qemu to one that does; unless one
# is installed, the program alone is taken from backports, which lie where Debian itself does, and kept in build/.
vm_parallel_qemu() {
	qemu="qemu-system-x86_64"
	! dpkg --compare-versions "$(dpkg-query -W -f '${Version}' qemu-system-x86)" ge 1:8.1 || return 0
	qemu=$BUILD/qemu/usr/bin/qemu-system-x86_64
	[ -x "$qemu" ] || with_lock vm_fetch_qemu
	[ -x "$qemu" ] || die "QEMU 8.1 or newer is needed, and bookworm-backports has none: see $BUILD/log/qemu"
}

vm_fetch_qemu() (
	[ ! -x "$qemu" ] || exit # somebody else did while we waited
	dir=$BUILD/qemu.new
	rm -rf "$dir" "$BUILD/qemu"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	# A package index of its own: what is in /etc/apt and what apt knows stay as they are.
	site=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Component: main' 'Created-By: Packages' | head -n 1)
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site bookworm-backports main" >"$dir/sources.list"
	cd "$dir" || exit
	set -- -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$dir/lists" \
		-o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none
	quietly "$BUILD/log/qemu" "looking for a newer QEMU in bookworm-backports" apt-get "$@" update &&
		quietly "$BUILD/log/qemu" "downloading QEMU from bookworm-backports (never installed)" \
			apt-get "$@" download qemu-system-x86/bookworm-backports &&
		dpkg -x qemu-system-x86_*.deb "$dir/root" && mv "$dir/root" "$BUILD/qemu"
	rm -rf "$dir"
)

# Starts QEMU ($qemu) on what folder $1 holds; further arguments are QEMU's. Returns timeout(1)'s status.
# stdin must not be a terminal: the machine's second serial port writes to our stdout.
vm_qemu() {
	dir=$1 seconds=$2
	shift 2
	timeout -k 5 "$seconds" "$qemu" -nodefaults -no-user-config -display none -no-reboot \
		-kernel "$IMAGE/boot/vmlinuz-$KREL" -initrd "$dir/initrd" \
		-serial "file:$dir/log" -chardev stdio,id=out,signal=off -serial chardev:out \
		-serial "file:$dir/status" "$@" </dev/null 2>"$dir/qemu"
}

# Soft lockups and stalls are found later than usual: the kernel counts time that a busy host did not give it.
vm_append() {
	echo "watchdog_thresh=30 rcupdate.rcu_cpu_stall_timeout=60 console=ttyS0 loglevel=7 oops=panic panic=-1 softlockup_panic=1 random.trust_cpu=on rdinit=/init net.ifnames=0"
}

# "kvm" or "tcg". /dev/kvm may exist and hang: only a machine that booted counts. Asked once a host boot.
vm_accel() {
	boot=$(cat /proc/sys/kernel/random/boot_id)
	if read -r known accel 2>/dev/null <"$BUILD/vm/accel" && [ "$known" = "$boot" ]; then
		echo "$accel"
		return
	fi
	accel=tcg
	if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		probe=$(mktemp -d "$BUILD/vm/run.XXXXXX")
		vm_probe_initrd "$probe"
		vm_qemu "$probe" 10 -accel kvm -cpu max -m 512 -append "$(vm_append)" >/dev/null 2>&1 || :
		! grep -q '^exit 0' "$probe/status" 2>/dev/null || accel=kvm
		rm -rf "$probe"
	fi
	echo "$boot $accel" >"$BUILD/vm/accel"
	echo "$accel"
}

vm_probe_initrd() {
	mkdir -p "$1/root/etc"
	cp "$TOP/test/vm/init" "$1/root/init"
	: >"$1/root/etc/sfi-modules"
	echo true >"$1/root/etc/sfi-script"
	vm_pack "$1/root" "$1/run.cpio"
	cat "$BUILD/vm/base.cpio" "$1/run.cpio" >"$1/initrd"
}

# Writes the initramfs of this run: the common part, then what is particular.
vm_initrd() {
	root=$1/root
	mkdir -p "$root/etc" "$root/root"
	cp "$TOP/test/vm/init" "$root/init"
	chmod 755 "$root/init"
	if [ -f "$VM_SCRIPT" ]; then cp "$VM_SCRIPT" "$root/etc/sfi-script"; else
		printf '%s\n' "$VM_SCRIPT" >"$root/etc/sfi-script"
	fi
	vm_modules "$root"
	for pair in $VM_FILES; do
		host=${pair%%:*}
		case $pair in *:*) guest=${pair#*:} ;; *) guest=/root/$(basename "$host") ;; esac
		[ -e "$host" ] || die "no file $host"
		vm_copy "$root" "$host" "$guest"
	done
	vm_pack "$root" "$1/run.cpio"
	cat "$BUILD/vm/base.cpio" "$1/run.cpio" >"$1/initrd"
	rm -rf "$root" "$1/run.cpio"
}

# What became of the machine: the exit status. $1: its folder, $2: timeout(1)'s status.
vm_verdict() {
	reason=$(vm_death "$1/log")
	status=$(sed -n 's/^exit \([0-9]*\).*/\1/p' "$1/status" 2>/dev/null)
	if [ -n "$reason" ]; then
		warn "vm: the kernel died: $reason"
		return 125
	elif [ "$2" = 124 ] || [ "$2" = 137 ]; then
		warn "vm: stopped after $VM_TIMEOUT s"
		return 124
	elif [ -z "$status" ]; then
		warn "vm: the machine was lost (QEMU exited with $2); last line: $(tail -n 1 "$1/log" 2>/dev/null)"
		cat "$1/qemu" >&2
		return 125
	fi
	return "$status"
}

# What the emulator has done to the machine in folder $1 before anything of ours ran; fails if nothing that is known.
vm_stumbled() {
	if grep -q '^begin' "$1/status" 2>/dev/null; then
		return 1
	elif grep -q 'Oops: int3: ' "$1/log" 2>/dev/null; then
		# It patches its own code as it boots, and rarely an emulated processor runs into that on another.
		echo "the emulated kernel stumbled over its own patching while it booted (Oops: int3)"
	else
		# The reset that follows may come before what was said has left the port.
		grep -q -e '^a timer stands still' -e 'sysrq: Resetting' "$1/status" "$1/log" 2>/dev/null &&
			echo "a processor's timer stood still when the emulated kernel had booted"
	fi
}

vm_options() {
	VM_CPU=max VM_SMP=2 VM_MEM=1024 VM_SFI=yes VM_MODULES='' VM_FILES='' VM_QEMU='' VM_APPEND=''
	VM_TIMEOUT=600 VM_LOG=$BUILD/vm/last.log VM_SCRIPT='' VM_KERNEL=6.1
	while [ $# -gt 0 ]; do
		case $1 in
		--no-sfi)
			VM_SFI=no
			shift
			continue
			;;
		--)
			shift
			break
			;;
		--kernel | --cpu | --smp | --mem | --module | --file | --qemu | --append | --timeout | --log)
			[ $# -ge 2 ] || misuse "$1 needs a value"
			;;
		-*) misuse "unknown option $1" ;;
		*) misuse "what is '$1'? The script comes after --" ;;
		esac
		case $1 in
		--kernel) VM_KERNEL=$2 ;;
		--cpu) VM_CPU=$2 ;;
		--smp) VM_SMP=$2 ;;
		--mem) VM_MEM=$2 ;;
		--module) VM_MODULES="$VM_MODULES $2" ;;
		--file) VM_FILES="$VM_FILES $2" ;;
		--qemu) VM_QEMU="$VM_QEMU $2" ;;
		--append) VM_APPEND="$VM_APPEND $2" ;;
		--timeout) VM_TIMEOUT=$2 ;;
		--log) VM_LOG=$2 ;;
		esac
		shift 2
	done
	[ $# -ge 1 ] || misuse "no script: it comes after --"
	for number in "$VM_SMP" "$VM_MEM" "$VM_TIMEOUT"; do
		case $number in '' | *[!0-9]* | 0*) misuse "--smp, --mem and --timeout want numbers, not '$number'" ;; esac
	done
	VM_SCRIPT=$*
}

cmd_vm() {
	vm_options "$@"
	[ "$VM_KERNEL" != uml ] || misuse "the kernel uml is a program, which ./sfi bench uml runs"
	setup_packages
	setup_kernel "$VM_KERNEL"
	if [ "$VM_SFI" = yes ]; then
		need build
		build_tools
	fi
	mkdir -p "$BUILD/vm"
	with_lock vm_base
	vm_run
}

# One boot from $VM_DIR; sets rc to QEMU's status.
vm_boot() {
	rc=0
	# shellcheck disable=SC2086 # $VM_QEMU is a list
	vm_qemu "$VM_DIR" "$VM_TIMEOUT" -accel "$accel" -cpu "$VM_CPU" -smp "$VM_SMP" -m "$VM_MEM" \
		-append "$(vm_append)$VM_APPEND" $VM_QEMU || rc=$?
}

# Boots what the VM_* variables say. Returns as cmd_vm exits.
vm_run() {
	qemu="qemu-system-x86_64"
	accel=$(vm_accel)
	# Counted instructions are the emulator's, and need its processors to take turns. The plugin that counts is made
	# for the installed QEMU.
	case $accel,$VM_QEMU in
	*-icount*) accel=tcg,thread=single ;;
	tcg,*)
		accel=tcg,thread=multi
		vm_parallel_qemu
		;;
	esac
	VM_DIR=$(mktemp -d "$BUILD/vm/run.XXXXXX")
	trap 'rm -rf "$VM_DIR"' EXIT
	trap 'exit 130' INT TERM HUP
	vm_initrd "$VM_DIR"
	vm_boot
	if [ "$accel" != kvm ] && stumbled=$(vm_stumbled "$VM_DIR"); then
		warn "vm: $stumbled; booting it once more"
		vm_boot
	fi
	mkdir -p "$(dirname "$VM_LOG")"
	cp "$VM_DIR/log" "$VM_LOG" 2>/dev/null || :
	rc2=0
	vm_verdict "$VM_DIR" "$rc" || rc2=$?
	rm -rf "$VM_DIR"
	return "$rc2"
}
