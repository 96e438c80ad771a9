return await Factory.Cli.FactoryCommandLine.RunAsync(args).ConfigureAwait(false);
