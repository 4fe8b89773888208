namespace StoreConformance.LiteDb;

public sealed class LiteDbJobConfigurationTests() : JobConfigurationSuite(new LiteDbPlace());

public sealed class LiteDbJobTransitionTests() : JobTransitionSuite(new LiteDbPlace());

public sealed class LiteDbRunGroupTests() : RunGroupSuite(new LiteDbPlace());

public sealed class LiteDbRunHistoryTests() : RunHistorySuite(new LiteDbPlace());

public sealed class LiteDbUserAndSettingTests() : UserAndSettingSuite(new LiteDbPlace());

public sealed class LiteDbRunErrorTests() : RunErrorSuite(new LiteDbPlace());
