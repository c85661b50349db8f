# Where the instructions of one turn go: by crossing, by function, and one by one.
package Profile;
use strict;
use warnings;

# Instructions in the order of execution, as stretches within one part: lines of text.
sub stretches {
    my (@found, $text);
    for (@_) {
        if (@found && $found[-1][1] eq $_->{file} && $found[-1][2] eq $_->{part}) {
            $found[-1][0]++;
        } else {
            push @found, [ 1, $_->{file}, $_->{part} ];
        }
    }
    return join '', map { sprintf "%7d  %-10s %s\n", @$_ } @found;
}

# Counts as lines of text, the highest first.
sub sorted {
    my ($counts) = @_;
    my @names = sort { $counts->{$b} <=> $counts->{$a} || $a cmp $b } keys %$counts;
    return join '', map { sprintf "%7d  %s\n", $counts->{$_}, $_ } @names;
}

# The way through the parts of all files, and what each file took. $overhead instructions are the measurement's own.
sub crossings {
    my ($overhead, @turn) = @_;
    my %of_file;
    $of_file{ $_->{file} }++ for @turn;
    return "in order of execution, with the $overhead of $turn[0]{file} that measuring takes\n" . stretches(@turn) .
        "by file\n" . sorted(\%of_file);
}

sub functions {
    my %of_function;
    $of_function{ sprintf '%-10s %s (%s)', $_->{file}, $_->{function}, $_->{line} =~ s/:.*//r }++ for @_;
    return "by function, inlined ones and macros on their own\n" . sorted(\%of_function);
}

# Writes every instruction in order, repeated ones once with their number.
sub list {
    my ($path, @turn) = @_;
    open(my $out, '>', $path) or die "bench: $path: $!\n";
    my $place = '';
    while (@turn) {
        my ($first, $count) = (shift @turn, 1);
        while (@turn && $turn[0] == $first) {
            shift @turn;
            $count++;
        }
        my $here = "$first->{file} $first->{part}";
        print $out "$here\n" if $here ne $place;
        $place = $here;
        my $times = $count > 1 ? " x $count" : '';
        printf $out "  %16s  %-60s %s%s\n", $first->{address}, $first->{text}, $first->{line}, $times;
    }
    close($out) or die "bench: $path: $!\n";
    return;
}

1;
