// How people head their columns, in English, Spanish, German, French, Portuguese, Italian and Dutch; folded, without
// punctuation. One table: what a header means, and what a word before or after it labels.

/** Whole headers, by target. */
export const HEADERS: Readonly<Record<string, string>> = {
  first_name:
    "first name|firstname|first|fname|given name|givenname|forename|christian name|nombre de pila|primer nombre|nombres|vorname|prenom|primeiro nome|nome proprio|nome di battesimo|voornaam|roepnaam",
  middle_name: "middle name|middlename|second name|segundo nombre|zweiter vorname|deuxieme prenom|nome do meio|secondo nome|tussenvoegsel|tweede naam",
  last_name:
    "last name|lastname|last|lname|surname|family name|familyname|apellido|apellidos|primer apellido|nachname|familienname|zuname|nom de famille|sobrenome|apelido|ultimo nome|cognome|achternaam|familienaam",
  full_name:
    "full name|fullname|contact name|contact|contact person|display name|person|client name|customer name|nombre completo|nombre y apellidos|nombre y apellido|contacto|vollstandiger name|ganzer name|ansprechpartner|kontakt|kontaktperson|kundenname|nom complet|nom et prenom|prenom et nom|nome completo|nome e cognome|contato|contatto|volledige naam|contactpersoon|nom prenom",
  company:
    "company|company name|companyname|organization|organisation|organization name|business|business name|employer|account|account name|empresa|nombre de la empresa|compania|razon social|organizacion|firma|firmenname|unternehmen|organisationseinheit|gesellschaft|entreprise|nom de l entreprise|societe|raison sociale|nome da empresa|organizacao|razao social|azienda|nome azienda|societa|ragione sociale|bedrijf|bedrijfsnaam|organisatie",
  job_title: "job title|jobtitle|title|position|role|job|occupation|cargo|puesto|puesto de trabajo|profesion|position im unternehmen|berufsbezeichnung|beruf|funktion|stelle|poste|fonction|titre du poste|profession|funcao|profissao|ruolo|posizione|professione|qualifica|functie|beroep|functietitel",
  birthday: "birthday|birth date|birthdate|date of birth|dob|born|cumpleanos|fecha de nacimiento|f nacimiento|nacimiento|geburtstag|geburtsdatum|geb datum|anniversaire|date de naissance|ne le|aniversario|data de nascimento|nascimento|compleanno|data di nascita|nato il|verjaardag|geboortedatum",
  language: "language|preferred language|lang|locale|idioma|lengua|idioma preferido|sprache|langue|lingua|taal|voorkeurstaal",
  timezone: "timezone|time zone|tz|zona horaria|huso horario|zeitzone|fuseau horaire|fuso horario|fuso orario|tijdzone",
  tags: "tags|tag|labels|categories|category|groups|group|segments|etiquetas|etiqueta|categorias|categoria|grupos|schlagworter|kategorien|kategorie|gruppe|gruppen|etiquettes|categorie|groupe|groupes|etichette|gruppi|trefwoorden|groepen|groep",
  email: "email|e mail|mail|email address|e mail address|mail address|correo|correo electronico|direccion de correo|direccion de correo electronico|mail adresse|e mail adresse|email adresse|adresse e mail|adresse mail|adresse email|courriel|adresse electronique|endereco de email|endereco de e mail|correio eletronico|indirizzo email|indirizzo e mail|posta elettronica|emailadres|e mailadres|mailadres|electronic mail",
  phone: "phone|phone number|telephone|telephone number|tel|tel no|phone no|number|telefono|numero de telefono|tfno|tlf|telf|telefon|telefonnummer|rufnummer|tel nr|numero de telephone|telefone|numero de telefone|numero di telefono|telefoon|telefoonnummer|tel nummer",
  url: "url|website|web site|web|web page|webpage|homepage|home page|site|link|sitio web|pagina web|web seite|webseite|internet|site web|site internet|pagina internet|sito|sito web|webpagina",
  "address.line1": "street|street address|address 1|address line 1|addressline1|line 1|calle|direccion 1|domicilio|strasse|strasse und hausnummer|strasse hausnummer|anschrift|rue|rue et numero|adresse 1|rua|logradouro|morada|endereco 1|via|indirizzo 1|straat|straat en huisnummer|adres 1",
  "address.line2": "address 2|address line 2|addressline2|line 2|apartment|apt|suite|unit|street 2|direccion 2|piso|adresszusatz|adresse 2|complement|complement d adresse|complemento|indirizzo 2|adres 2|toevoeging",
  "address.text": "address|full address|mailing address|postal address|location|direccion|direccion completa|direccion postal|adresse|postanschrift|adresse complete|adresse postale|endereco|endereco completo|indirizzo|indirizzo completo|adres|postadres",
  "address.city": "city|town|locality|ciudad|poblacion|localidad|municipio|stadt|ort|wohnort|ville|commune|localite|cidade|municipio residencia|localidade|citta|comune|localita|stad|plaats|woonplaats|gemeente",
  "address.region": "state|province|region|county|state province|state region|estado|provincia|comunidad autonoma|bundesland|land region|kanton|departement|etat|distrito|estado provincia|uf|regione|provincie|gewest",
  "address.postal_code": "zip|zip code|zipcode|postal code|postcode|post code|postalcode|codigo postal|cp|c p|plz|postleitzahl|code postal|cep|codigo postal cep|cap|codice postale|codice di avviamento postale",
  "address.country": "country|country code|country region|nation|pais|land|staat|pays|nazione|paese|stato",
  "external_id.other": "external id|externalid|customer id|customer number|member id|user id|contact id|record id|id de cliente|numero de cliente|kundennummer|kunden nr|numero client|numero do cliente|codigo do cliente|codice cliente|klantnummer",
  "opt_out.email.marketing": "unsubscribed|unsubscribed at|opt out|opted out|email opt out|do not email|baja|dado de baja|abgemeldet|desinscrit|desabonne|descadastrado|disiscritto|uitgeschreven",
  "consent.email.marketing": "subscription status|email status|email consent|email marketing|marketing consent|opt in|email opt in|newsletter|subscribed|suscrito|suscripcion|einwilligung|abonne|consentement|consentimento|consenso|inscrito|iscritto|toestemming|nieuwsbrief",
};

/** Headers that mean one thing beside a partner and another alone: `nom` is the last name where there is a `prénom`. */
export const DEPENDING: Readonly<Record<string, { readonly beside: "first_name" | "last_name"; readonly means: string; readonly alone: string }>> = {
  name: { beside: "first_name", means: "last_name", alone: "full_name" },
  nom: { beside: "first_name", means: "last_name", alone: "full_name" },
  naam: { beside: "first_name", means: "last_name", alone: "full_name" },
  nombre: { beside: "last_name", means: "first_name", alone: "full_name" },
  nome: { beside: "last_name", means: "first_name", alone: "full_name" },
};

/** Words beside `email`, `phone`, `url` or a part of an address that say which one. */
export const LABELS: Readonly<Record<string, string>> = {
  work: "work|business|office|company|professional|trabajo|laboral|oficina|empresa|profesional|geschaftlich|dienstlich|beruflich|buro|arbeit|firma|firmen|travail|bureau|professionnel|professionnelle|pro|trabalho|comercial|escritorio|profissional|lavoro|ufficio|aziendale|werk|zakelijk|kantoor",
  home: "home|private|personal|residential|casa|particular|privado|privat|private|zuhause|domicile|personnel|personnelle|prive|pessoal|residencial|personale|privato|thuis",
  mobile: "mobile|cell|cellphone|cellular|mobil|movil|celular|handy|mobilnummer|mobiltelefon|handynummer|portable|gsm|telemovel|cellulare|mobiel|mobieltje|06",
  fax: "fax|telefax",
  landline: "landline|fijo|festnetz|fixe|fixo|fisso|vast",
  whatsapp: "whatsapp|wa",
  other: "other|otro|otra|andere|weitere|autre|outro|outra|altro|altra|overig",
  billing: "billing|invoice|facturacion|rechnung|rechnungs|facturation|faturamento|fatturazione|factuur",
  shipping: "shipping|delivery|envio|liefer|lieferung|livraison|entrega|spedizione|bezorg",
  linkedin: "linkedin", twitter: "twitter", facebook: "facebook", instagram: "instagram",
};
/** What they stand beside when they stand alone: `Mobile`, `Handy`, `LinkedIn`. */
export const ALONE: Readonly<Record<string, string>> = { mobile: "phone", fax: "phone", landline: "phone", whatsapp: "phone", linkedin: "url", twitter: "url", facebook: "url", instagram: "url" };

/** Words that add nothing. */
export const NOISE = new Set("primary main principal default preferred haupt your contact customer client person the of your su de del der des di da do du la el le il o a no nr num numero nummer number tel telefono telefon telephone phone telefone".split(" "));
