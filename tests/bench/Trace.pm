# What tests/machine/trace.c wrote, read with the ELF files at hand: which instruction of which file, in which function.
package Trace;
use strict;
use warnings;

# Dies unless the command, given as a list, succeeds; returns its lines.
sub lines_of {
    my @command = @_;
    open(my $pipe, '-|', @command) or die "bench: $command[0]: $!\n";
    my @lines = <$pipe>;
    close($pipe) or die "bench: @command failed\n";
    chomp @lines;
    return @lines;
}

# A file's instructions: address => {file, address, bytes, text, symbol}.
sub disassembled {
    my ($name, $path) = @_;
    my (%found, $symbol);
    for (lines_of('objdump', '-d', '-w', $path)) {
        if (/^[0-9a-f]+ <(.*)>:$/) {
            $symbol = $1;
        } elsif (/^ *([0-9a-f]+):\t([0-9a-f ]+?) *\t(.*)$/) {
            my %instruction = (file => $name, symbol => $symbol, address => $1, bytes => $2, text => $3);
            $instruction{bytes} =~ s/ //g;
            $instruction{text} =~ s/\s+/ /g;
            $found{ $instruction{address} } = \%instruction;
        }
    }
    return \%found;
}

# Files are given as name => path.
sub new {
    my ($class, %paths) = @_;
    my %files = map { $_ => disassembled($_, $paths{$_}) } keys %paths;
    return bless { paths => \%paths, files => \%files, seen => {}, turns => [] }, $class;
}

# Addresses of a file's rdtsc that measure: the library draws a number by one.
sub marks {
    my ($self, $name) = @_;
    my $instructions = $self->{files}{$name};
    return sort grep { $instructions->{$_}{text} eq 'rdtsc' && $instructions->{$_}{symbol} ne 'console_writer' } keys %$instructions;
}

# Turns come by the thousand and are mostly alike: each is kept once as its line, and referred to by it.
sub read_from {
    my ($self, $stream) = @_;
    my (%seen, %text);
    while (<$stream>) {
        if (/^t (.*)/) {
            push @{ $self->{turns} }, \($text{$1} //= $1);
        } elsif (/^i (\S+) (\S+) (\S+) (\S+)$/) {
            $seen{$1} = { address => $2, page => $3 . '/' . substr($2, 0, -3), bytes => $4 };
        } else {
            die "bench: no line of a trace: $_";
        }
    }
    $self->{seen} = \%seen;
    return;
}

# Whether an instruction seen is one of a file. Of one that lies on two pages QEMU shows only the beginning.
sub same {
    my ($seen, $there) = @_;
    my $crosses = $there && hex(substr $there->{address}, -3) + length($there->{bytes}) / 2 > 4096;
    return $there && ($crosses ? index($there->{bytes}, $seen->{bytes}) == 0 : $there->{bytes} eq $seen->{bytes});
}

# Finds the file of each page that something was executed in: the one that has these very instructions there.
sub recognise {
    my ($self) = @_;
    my (%pages, %known);
    push @{ $pages{ $_->{page} } }, $_ for values %{ $self->{seen} };
    for my $page (sort keys %pages) {
        my @owners = grep {
            my $file = $self->{files}{$_};
            !grep { !same($_, $file->{ $_->{address} }) } @{ $pages{$page} }
        } sort keys %{ $self->{files} };
        die "bench: code at $page is of ", (@owners ? "one of @owners" : 'no known file'), "\n" if @owners != 1;
        $known{$page} = $owners[0];
    }
    for my $number (keys %{ $self->{seen} }) {
        my $seen = $self->{seen}{$number};
        $self->{what}{$number} = $self->{files}{ $known{ $seen->{page} } }{ $seen->{address} };
    }
    return;
}

# All turns, in order; to be given to length_of() and instructions().
sub turns {
    return @{ $_[0]{turns} };
}

# Instructions from the first mark to the second, one of the two included: what reading the counter twice gives.
sub length_of {
    my ($turn) = @_;
    return $$turn =~ tr/ //;
}

# The instructions of a turn, the second mark left out.
sub instructions {
    my ($self, $turn) = @_;
    my @numbers = split / /, $$turn;
    pop @numbers;
    return map { $self->{what}{$_} } @numbers;
}

# How many string instructions were repeated at least once, of the given ones in order.
sub repeats {
    my ($count, $before, $turns) = (0, 0, 0);
    for (@_) {
        $turns = $_ == $before ? $turns + 1 : 1;
        $count++ if $turns == 2 && $_->{text} =~ /^rep/;
        $before = $_;
    }
    return $count;
}

# The macro that a line of assembly source invokes, or ''.
sub macro_at {
    my ($self, $line) = @_;
    my ($path, $number) = $line =~ /^(.*\.S):(\d+)$/ or return '';
    my $source = $self->{sources}{$path} //= [ lines_of('cat', $path) ];
    my ($word) = $source->[ $number - 1 ] =~ /^\s*(?:\w+:)?\s*(\w+)/ or return '';
    $self->{macros} //= { map { /\.macro (\w+)/ ? ($1 => 1) : () } lines_of('grep', '-rh', '^ *\.macro ', 'kernel') };
    return $self->{macros}{$word} ? $word : '';
}

# Adds to instructions `line` of the source, `function` (the innermost that was inlined there) and `part` (the symbol);
# the latter two with the macro in assembly, and with the name of a repeated string instruction.
sub locate {
    my ($self, @instructions) = @_;
    for my $name (sort keys %{ $self->{paths} }) {
        my %here = map { $_->{address} => $_ } grep { $_->{file} eq $name } @instructions;
        my @wanted = sort keys %here or next;
        my $current;
        for (lines_of('addr2line', '-afi', '-e', $self->{paths}{$name}, @wanted)) {
            if (/^0x0*([0-9a-f]+)$/) {
                $current = $here{$1};
                delete $current->{line};
            } elsif (exists $current->{line}) {
                next; # of the function that the innermost one was inlined into
            } elsif (/^(\S+):(?:\d+|\?)/) {
                $current->{line} = s{ \(discriminator.*|^.*?/(?=(?:kernel|libipc|servers|tests)/)}{}gr;
            } else {
                $current->{function} = $_;
            }
        }
        for (values %here) {
            my ($string) = $_->{text} =~ /^(rep\w* \w+)/;
            my $within = $string || $self->macro_at($_->{line});
            $_->{function} = $_->{symbol} if $_->{function} eq '??';
            $_->{function} .= ": $within" if $within;
            $_->{part} = $_->{symbol} . ($within && ": $within");
        }
    }
    return;
}

1;
