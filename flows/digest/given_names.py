"""Names that people are often given in Sweden and where English is spoken, and words that are both.

A word in small letters is taken for a name only if it stands here: what a dialogue knows as names
may also be roles and places ("Kurator", "Region Väst"), which answers are full of.
"""

from __future__ import annotations

GIVEN_NAMES = frozenset(
    """
    abdi abdirahman abdullah adam adele adrian agneta ahmad ahmed aino aisha akram alan albert
    albin alex alexander alexandra alfred ali alice alicia alina alison aliya allan alma alva alvar
    alvin amal amanda amber amelia amina amir ammar amy ana anas anders andrea andreas andrew
    andreé andré angela angelica angelika anita ann anna anne anneli annelie annette annie annika
    anthony anton antonia arne aron arthur arvid arvo asma asta astrid august aurora axel ayan ayla
    aylin aziz bahar barbara barbro bashir beata beatrice beatrix bella ben bengt bengt-åke
    benjamin berit bernt bertil bill birger birgit birgitta birgitte bjarne björn bo bob bodil boel
    boris bosse brenda brian britt britt-marie britta bror bruno börje camilla carin carina carl
    carl-erik carl-johan carol carola carolina caroline casper catharina catherine cathrine cecilia
    charles charlie charlotta charlotte cheryl chris christer christian christina christine
    christoffer christopher cindy claes claire clara clas colin connie craig cynthia dag dagmar
    dagny daisy dan daniel daniela daniella danielle dante darren david debbie deborah denise
    dennis derek diana diane diego donald doris dorothy doug douglas duncan ebba ebbe ed eddie
    edgar edith edmund edna edvard edvin edward egil eija eileen einar elaine elena eleonora eli
    elias elin elina elisa elisabet elisabeth elise eliza elizabeth ella ellen ellie elliot elmer
    elsa elsie elton elvira elvis emanuel emelie emil emilia emilie emily emir emma emmy erica erik
    erika erling erna ernst esaias estelle ester esther ethel eugen eva eva-lena evelina evelyn
    evert fabian fadi faisal fanny farah fardowsa farid fatima fatma felicia felix filip filippa
    filsan fiona folke frank fredrik fredrika frej freja frida fritiof gabriel gabriella gail gary
    gavin geoff georg george gerald gerd gerda gerhard germund gertrud gideon gillian gina glenn
    gloria gordon grace graham greg greger greta gudrun gull-britt gun gun-britt gunborg gunbritt
    gunhild gunilla gunn gunnar gunnel gunvor gustaf gustav göran gösta göte habib hadi hala hamid
    hampus hamza hani hanna hannah hannes hans harald hardy harriet harry hasan hassan hawa hazel
    heather hedda hedvig heidi helen helena helene helga helge hella helmer henning henrik henry
    herbert herman hilda hilding hilma hodan holly howard huda hugh hugo hussein håkan ian ibrahim
    ida idil idris iman ines ing-marie inga inga-lill ingalill ingeborg ingegerd ingela ingemar
    inger ingmar ingrid ingvar irene iris irja irma isa isaac isabel isabell isabella isabelle isac
    isak ismail isolde israel ivan ivar jack jackie jacob jacqueline jake jakob jamal james jan
    jan-erik jan-olof jana jane janet janne jasmin jasmine jason jean jeanette jeff jeffrey jen
    jennifer jenny jens jeremy jerry jesper jesse jessica jill jim jimmy jo joakim joan joanna joar
    joel johan johanna johannes john johnnie johnny jon jonas jonatan jonathan jonna jordan jorge
    josef josefin josefina josefine joseph josh joshua josé joyce juan judith judy julia julian
    julie juliette julius june jussi jörgen kadir kai kaj kalle kamilla karen karim karin karl
    karl-erik karl-johan karla karolina kasper katarina kate katherine kathleen kathryn kathy katie
    katja katrin katy kauko keith kelly ken kenneth kent kerstin kevin khadija khaled khalid kicki
    kim kimberly kirsty kjell klara klas knut konrad krister kristian kristin kristina kristoffer
    kurt kyle laila lamin larry lars lars-erik lars-göran lasse latifa laura lauri layla leah lee
    leif leila lena lennart lennox leo leon leona leonard leonardo leopold leslie lester levi leyla
    li liam lilian lillemor lilly lily lina linda linn linnea linnéa linus lisa lisbet lisbeth lise
    lise-lotte liselott liselotte liv liza lloyd lo loa logan lotta lottie louis louise lova love
    lovis lovisa lucas lucia lucy ludvig lukas lul lydia lykke lynn lynne madeleine madelene
    magdalena maggie magnus maha mahmoud mai maj maja majid majken malcolm malena malin malte malva
    manuel marcus margaret margareta margareth margit margot margret marguerite mari maria
    maria-lena mariam marianne marie marie-louise marika marina mario marion marita maritha
    marjorie mark marko marlene marta martha martin martina marwan mary maryam matilda mats matthew
    matthias mattias maud maureen maurits max maximilian maxine maxwell may mayar megan mehdi
    mehmet mel melinda melissa melker melvin mia micael michael michaela michelle mikael mikaela
    mike miko mila milan milla mille milo milton mimmi minna mio mira miranda miriam moa mohamed
    mohammad mohammed mohamud molly mona mona-lisa monica monika morgan morris muhammad mustafa
    mustafe my märit märta märtha måns mårten nabil nadia nadira nadja nancy naomi nasrin nasser
    natali natalia natalie natasha nathan nawal neil nellie nelly nicholas nick nicklas nicole
    niels nigel nikita niklas nikola nils nimo nina nisse noah noel noomi nora norma norman nour
    novalie ola olaf ole olga oliver olivia olle olof olov omar omid orvar oscar oskar osvald otto
    ove owen paige pam pamela parisa pat patricia patrick patrik paul paula pauline pavel peder
    peggy pelle penny per per-erik per-olof pernilla peter petra petter phil philip phoebe pia
    pierre pontus preben priya pär rachael rachel rafael ragnar ragnhild rahim rakel ralf ralph
    rana rania rasmus raymond rebecca rebecka rebekah reg reidar reine renate rex reza rhys richard
    rickard rikard rima rita rob robert roberta roberto robin roger roine roland rolf ronald ronja
    ronny ros rosa rosanna rose rosemary rosita ross roy roza ruben rudolf rufus rune rupert
    russell rut ruth ryan sabah sabina sabrina saga sahar said salim sally salma sam samantha samer
    samir samira samuel sana sanaa sandra sandy santiago sara sarah sarita scott sean sebastian
    selam selma sen seth shahin sharon shaun sheila shirin shirley sid sievert sigge sigrid sigurd
    sigvard simon simone siri sirpa siv sixten smilla sofia sofie sol solveig sonja sophia sophie
    soraya staffan stan stefan steffen stella sten stephanie stephen steve steven stewart stig
    stina stuart sture sue suleiman sune susan susann susanna susanne svante svea sven sven-erik
    sylve sylvia sölve tage tahir tamara tanja tanya tara tariq tea ted teodor teresa terese terry
    tesfaye thea theo theodor theresa therese thomas thor tilda tilde tim timothy tina tindra tiril
    tobias toby todd tom tomas tommy tone tony tor torbjörn tord tore torgny torsten tova tove
    tracy trevor truls ture tuva tuve twila ty tyko tyra ulf ulla ulla-britt ulla-karin ulrica
    ulrik ulrika urban ursula usman valborg valdemar valentin valentina valter vanessa vanja vera
    verner veronica veronika vidar vide viking viktor viktoria vilgot vilhelm vilma vilmer vincent
    viola viveca viveka vivi vivian vivianne waleed walter wayne wendy werner wilhelm will william
    willy wilma wilmer wilson xavier yasin yasmin yasmine ylva yngve yonas yousef yusra yusuf
    yvette yvonne zacharias zahid zahra zainab zara zeinab zelda zeynab zeynep zoe älva ågot åke
    årjan åsa åsa-lena örjan östen
    """.split()  # noqa: SIM905  a list of a thousand lines says no more
)

EVERYDAY = frozenset(
    """
    abborre al alf alm alma amber amen an april ask asp august aurora backe bacon baker banks be
    bell bells berg berry bill bills bin bishop bjork björk björn black blad blixt bo boa bor borg
    bra brand brant bridges bro brook bror brown brunn bry burns bush by bäck carter cherry church
    cook cooks crane dag dags dahl daisy dal dale damm dan dans day days de deal dean del den di
    die dina do dom don drake du dunder duva e ed eden ek eke eken el ell ella eller em en er ett
    fager faith falk fan far fe ferm field fields fin fina finch first fisher fisk flod ford fors
    fox frank frej frid frisk frost ful gap gard gardener gata gates ge gen glad grace gran grant
    grape gray green gren grey gro grund guld gull gun guns guy gädda gäl gå gård göra ha hal hall
    ham han hand hans har harm hassel hav hazel he heather hed hej helga helge hell hem hen her hi
    hill hills him his hit ho hold holly holm holme hon hope hot house hugg hunt hunter hunts hur
    hus hård hög hök i iman in inga is it ja jag jan jans jean jo job jord joy juli june juni juve
    järn kaj kall kant karm king kings klang klar klara knight knut ko koja kom koppar kraft krok
    kul kulle kungs kurs kvar kvist kyrka käll källa la lag land lans lar law laws lax le led leder
    lee lera lev lewis li lilja lily lin lind lins liv livs ljung lo lock logan long los love lugn
    lund lung lust lär lärka lönn löv mai man mans mar march mark marks mars marsh mason mat mats
    max may me mel men mer mi mike miller min mitt mod modig mon mor moral mu my mål mån na ne ner
    ni no nor nord novel nu ny nya när näs nål och of og ok okay old om on or ord ort os pa page
    pages pal pam par park parker parks pars pat patience penny per pers piper plan pope porter
    potter price pris på pår quick rain rak rang rask ray re red reg reine rev rice rich ring ris
    rise river rivers rob robin ros rosa rose rosen ross rot rows roy ruby ruin rune rus rut rutt
    räv rå rönn saga sagas said sal sam sand sandy sann sanna scott se sen ser serena shepherd shop
    short sid silver sin sjö ska skarp skog skott sky slav slott smart smed smith snabb snow so sol
    sola solve som son soon sorg spar sparv stad stan star stark sten stig stil still stol stone
    stones stor storm strand strid ström stuga ståhl stål sue summer sund sur svan svar svea svärd
    swan säv så ta tag tal tall tapper taylor te tea tell temple ten terry the tid till tim ting to
    tom ton tone topp tor tord tore torg torn torp tova trana trogen try trygg tung tur turner ty
    tyra udd udde up urban us ut va val van var varg vas vass ved vera vi vid vide vik viking vild
    vill viola violet virk vis vy väg vår wade walker wall waters way we wells west white wide wild
    will wills win winter winters wise wolf wood woods wren year yes young älv äng ängel ängen
    ärlig å åkerholme ål år års ås ö örn ös öst östen
    """.split()  # noqa: SIM905  a list of a thousand lines says no more
)
"""Words of Swedish and English that are names too, as far as somebody has thought of them."""
