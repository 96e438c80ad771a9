using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Factory.Cli;

/// <summary>Options whose values are more than text; a value that does not fit is refused in plain words.</summary>
internal static class TypedOption
{
    /// <summary>A whole number.</summary>
    public static Option<int?> Number(string name, string description) =>
        new(name) { Description = description, HelpName = "N", CustomParser = result => ReadNumber(result, int.MinValue) };

    /// <summary>A whole number from 0 on.</summary>
    public static Option<int?> Count(string name, string description) =>
        new(name) { Description = description, HelpName = "N", CustomParser = result => ReadNumber(result, 0) };

    /// <summary>An instant, UTC when no offset is given.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name) { Description = description, HelpName = "TIME", CustomParser = ReadTime };

    /// <summary>True or false.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="isFlag">Whether the option alone means true.</param>
    public static Option<bool?> Choice(string name, string description, bool isFlag) => new(name)
    {
        Description = description,
        HelpName = "true|false",
        Arity = isFlag ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        CustomParser = ReadChoice,
    };

    private static int? ReadNumber(ArgumentResult result, int least)
    {
        if (int.TryParse(result.Tokens[^1].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least) return number;
        return Refuse<int>(result, least == 0 ? "a whole number from 0 on" : "a whole number");
    }

    private static DateTimeOffset? ReadTime(ArgumentResult result) =>
        DateTimeOffset.TryParse(result.Tokens[^1].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : Refuse<DateTimeOffset>(result, "a time; write one as 2026-02-18T13:15:10Z");

    private static bool? ReadChoice(ArgumentResult result) => result.Tokens switch
    {
        [] => true,
        [.., var token] when bool.TryParse(token.Value, out var choice) => choice,
        _ => Refuse<bool>(result, "true or false"),
    };

    private static T? Refuse<T>(ArgumentResult result, string expected) where T : struct
    {
        var name = result.Parent is OptionResult option ? option.Option.Name + ": " : "";
        result.AddError($"{name}'{result.Tokens[^1].Value}' is not {expected}");
        return null;
    }
}
