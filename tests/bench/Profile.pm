# Where the instructions of one turn go: by crossing, by function, and one by one.
package Profile;
use strict;
use warnings;
use List::Util qw(sum0);

# Instructions in the order of execution, as stretches within one symbol: [file, symbol, count].
sub stretches {
    my @found;
    for (@_) {
        if (@found && $found[-1][0] eq $_->{file} && $found[-1][1] eq $_->{symbol}) {
            $found[-1][2]++;
        } else {
            push @found, [ $_->{file}, $_->{symbol}, 1 ];
        }
    }
    return @found;
}

sub by_count {
    my ($counts) = @_;
    return sort { $counts->{$b} <=> $counts->{$a} || $a cmp $b } keys %$counts;
}

# Prints the profile of a row; $overhead instructions of the first file are the measurement's own.
sub show {
    my ($trace, $row, $overhead, @turn) = @_;
    my (%of_file, %of_function);
    $trace->locate(@turn);
    print "$row: ", scalar(@turn) - $overhead, " instructions, and $overhead of $turn[0]{file} for measuring\n";
    print "\nin order of execution\n";
    printf "%7d  %-10s %s\n", $_->[2], $_->[0], $_->[1] for stretches(@turn);
    for (@turn) {
        $of_file{ $_->{file} }++;
        $of_function{ sprintf '%-10s %s (%s)', $_->{file}, $_->{function}, $_->{line} =~ s/:.*//r }++;
    }
    print "\nby file\n";
    printf "%7d  %s\n", $of_file{$_}, $_ for by_count(\%of_file);
    print "\nby function, inlined ones on their own\n";
    printf "%7d  %s\n", $of_function{$_}, $_ for by_count(\%of_function);
    return;
}

# Writes every instruction in order, repeated ones once with their number.
sub list {
    my ($trace, $path, @turn) = @_;
    open(my $out, '>', $path) or die "bench: $path: $!\n";
    my $symbol = '';
    while (@turn) {
        my ($first, $count) = (shift @turn, 1);
        while (@turn && $turn[0] == $first) {
            shift @turn;
            $count++;
        }
        my $place = "$first->{file} $first->{symbol}";
        print $out "$place\n" if $place ne $symbol;
        $symbol = $place;
        printf $out "  %16s  %-60s %s%s\n", $first->{address}, $first->{text}, $first->{line}, $count > 1 ? " x $count" : '';
    }
    close($out) or die "bench: $path: $!\n";
    return;
}

1;
