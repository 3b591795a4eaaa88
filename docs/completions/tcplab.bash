# SPDX-License-Identifier: MIT
# bash completion for tcplab

_tcplab()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	local commands='list show run play replay ladder report compare check kernels doctor'
	local options='--param --set --kernel --full --allow-exec --server --backend --seed --a --b --record --pcap --pcap-host --format --output --all --lang --jobs --plain --notes --no-color --quiet --verbose --help --version'

	case $before in
	--format) COMPREPLY=($(compgen -W 'text json tap junit svg mermaid' -- "$word")); return ;;
	--lang) COMPREPLY=($(compgen -W 'en zh' -- "$word")); return ;;
	--kernel) COMPREPLY=($(compgen -W 'auto host all 6.1 6.12' -- "$word")); return ;;
	--backend) COMPREPLY=($(compgen -W 'netem wire' -- "$word")); return ;;
	--record | --pcap | --output | -o) COMPREPLY=($(compgen -f -- "$word")); return ;;
	--param | --set | --server | --a | --b | --seed | --pcap-host) return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ " $commands " == *" ${COMP_WORDS[i]} "* ]] && command=${COMP_WORDS[i]} && break
	done
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$options" -- "$word"))
		return
	fi
	case $command in
	'') COMPREPLY=($(compgen -W "$commands" -- "$word")) ;;
	show | run | play | check | ladder | report | compare)
		# `tcplab list` begins each lab's line with its name.
		COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" list 2>/dev/null | awk '/^ ? ?[a-z0-9]/ { print $1 }')" -- "$word"))
		[[ $command == show ]] || COMPREPLY+=($(compgen -f -X '!*.lua' -- "$word"))
		[[ $command != ladder && $command != report && $command != compare && $command != play ]] || COMPREPLY+=($(compgen -f -X '!*.jsonl' -- "$word"))
		;;
	replay) COMPREPLY=($(compgen -f -- "$word")) ;;
	esac
}
complete -o filenames -F _tcplab tcplab
